import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleUserRound, LogOut, MonitorX, UserCog } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import type { Me } from "@/lib/api/types";
import { nameOf, ROLES } from "@/lib/session/permissions";
import { signOut } from "@/lib/session/sign-out";
import { useMe } from "@/lib/session/use-session";
import { ConfirmDialog } from "./confirm-dialog";

type Asked = "nothing" | "everywhere" | "failed";

/** Who is signed in, and what they can do about it. */
export function AccountMenu() {
  const me = useMe();
  const [asked, setAsked] = useState<Asked>("nothing");
  const leave = useMutation({ mutationFn: signOut, onError: () => setAsked("failed") });
  if (!me) return null;
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button variant="ghost" size="sm" aria-label={`Account of ${nameOf(me)}`} data-testid="account-menu" className="max-lg:px-2">
            <CircleUserRound aria-hidden />
            <span className="max-w-36 truncate max-lg:hidden">{nameOf(me)}</span>
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end" className="w-60">
          <Who me={me} />
          <DropdownMenuSeparator />
          <DropdownMenuItem asChild>
            <Link to="/account">
              <UserCog aria-hidden /> Account
            </Link>
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={() => leave.mutate(false)}>
            <LogOut aria-hidden /> Sign out
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={() => setAsked("everywhere")}>
            <MonitorX aria-hidden /> Sign out everywhere…
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      {asked !== "nothing" && (
        <ConfirmDialog
          title={asked === "failed" ? "You are still signed in" : "Sign out everywhere?"}
          action={asked === "failed" ? "Try again" : "Sign out everywhere"}
          error={asked === "failed" ? leave.error : undefined}
          pending={leave.isPending}
          // Only what failed is tried again as it was; an earlier plain one says nothing about this.
          onConfirm={() => leave.mutate(asked === "failed" ? (leave.variables ?? true) : true)}
          onClose={() => setAsked("nothing")}
        >
          {asked === "failed"
            ? "The server could not end the sign-in, so this browser would still be let in."
            : "All browsers and apps in which you are signed in have to sign in again, this one too. API tokens go on working."}
        </ConfirmDialog>
      )}
    </>
  );
}

function Who({ me }: { readonly me: Me }) {
  return (
    <DropdownMenuLabel>
      <p className="truncate font-medium">{nameOf(me)}</p>
      <p className="truncate text-xs text-muted-foreground">
        {ROLES[me.role].name} · {me.organization.name}
      </p>
    </DropdownMenuLabel>
  );
}
