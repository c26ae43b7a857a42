import { Link } from "@tanstack/react-router";
import { Menu } from "lucide-react";
import { Button } from "@/components/ui/button";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuTrigger } from "@/components/ui/dropdown-menu";
import { usePlaces } from "./places";

/** The pages, where the window has no room for all their names. */
export function PagesMenu() {
  const places = usePlaces();
  if (places.length <= 1) return null;
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label="Pages" data-testid="pages-menu" className="-ml-1 md:hidden">
          <Menu aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="start" className="w-48 md:hidden">
        {places.map(({ to, name }) => (
          <DropdownMenuItem key={to} asChild className="py-2.5 aria-[current=page]:font-semibold">
            <Link to={to} search={{}} activeOptions={{ exact: true, includeSearch: false }}>
              {name}
            </Link>
          </DropdownMenuItem>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
