/** What an administrator can't do to an account, and why: told before it is tried. The server has the last word. */
import type { Me, User } from "@/lib/api/types";
import { can } from "@/lib/session/permissions";

export type Deed = "edit" | "deactivate" | "delete";

/** Undefined: it may be tried. */
export function forbidden(deed: Deed, user: User, me: Me): string | undefined {
  if (user.system_admin && !can(me, "system:admin")) return "Only who rules the installation may change this account";
  if (user.id !== me.id || deed === "edit") return undefined;
  return deed === "delete" ? "You can't delete your own account" : "You can't deactivate your own account";
}
