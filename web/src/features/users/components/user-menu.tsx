import { Ellipsis, Pencil, Trash2, UserCheck, UserX } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuTrigger } from "@/components/ui/dropdown-menu";
import type { Me, User } from "@/lib/api/types";
import { nameOf } from "@/lib/session/permissions";
import { type Deed, forbidden } from "../rules";

export interface UserActions {
  onEdit(user: User): void;
  onActive(user: User, active: boolean): void;
  onDelete(user: User): void;
}

interface UserMenuProps extends UserActions {
  readonly user: User;
  readonly me: Me;
}

export function UserMenu({ user, me, onEdit, onActive, onDelete }: UserMenuProps) {
  const item = (deed: Deed, act: () => void, children: ReactNode) => {
    const why = forbidden(deed, user, me);
    return (
      <DropdownMenuItem disabled={why !== undefined} onSelect={act} className="items-start data-[disabled]:text-muted-foreground data-[disabled]:opacity-100">
        {children}
        {why !== undefined && <span className="max-w-44 text-xs">({why})</span>}
      </DropdownMenuItem>
    );
  };
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label={`What can be done with ${nameOf(user)}`}>
          <Ellipsis aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        {item(
          "edit",
          () => onEdit(user),
          <>
            <Pencil aria-hidden /> Edit…
          </>,
        )}
        {user.active
          ? item(
              "deactivate",
              () => onActive(user, false),
              <>
                <UserX aria-hidden /> Deactivate…
              </>,
            )
          : item(
              "edit",
              () => onActive(user, true),
              <>
                <UserCheck aria-hidden /> Activate
              </>,
            )}
        {item(
          "delete",
          () => onDelete(user),
          <>
            <Trash2 aria-hidden /> Delete…
          </>,
        )}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
