import { Link } from "@tanstack/react-router";
import { AccountMenu } from "./account-menu";
import { Logo } from "./logo";
import { PagesMenu } from "./pages-menu";
import { usePlaces } from "./places";
import { SkipLink } from "./skip-link";
import { ThemeMenu } from "./theme-menu";

/** The head of every page: where somebody can go, the theme and the account. */
export function AppHeader() {
  const places = usePlaces();
  return (
    <header className="sticky top-0 z-30 flex h-12 items-center gap-3 border-b bg-background/95 px-3 backdrop-blur sm:gap-4 sm:px-4">
      <SkipLink />
      <PagesMenu />
      <Link to="/" search={{}} className="flex shrink-0 items-center gap-2 rounded-md outline-none touch:h-11 touch:min-w-11 focus-visible:ring-2 focus-visible:ring-ring">
        <Logo className="h-6 w-8" />
        <span className="text-[0.9375rem] font-semibold tracking-tight max-sm:sr-only">Nightjar</span>
      </Link>
      {places.length > 1 && (
        <nav aria-label="Pages" className="flex gap-1 max-md:hidden">
          {places.map(({ to, name }) => (
            <Link
              key={to}
              to={to}
              search={{}}
              activeOptions={{ exact: true, includeSearch: false }}
              className="rounded-md px-2.5 py-1.5 text-[0.8125rem] touch:py-3 font-medium text-muted-foreground outline-none hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring aria-[current=page]:bg-accent aria-[current=page]:text-accent-foreground"
            >
              {name}
            </Link>
          ))}
        </nav>
      )}
      <div className="ml-auto flex shrink-0 items-center gap-1">
        <ThemeMenu />
        <AccountMenu />
      </div>
    </header>
  );
}
