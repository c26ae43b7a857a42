import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { Time } from "@/components/time";
import type { Me, User } from "@/lib/api/types";
import { nameOf, ROLES } from "@/lib/session/permissions";
import { UserMenu, type UserActions } from "./user-menu";

interface UserTableProps extends UserActions {
  readonly users: readonly User[];
  readonly me: Me;
}

export function UserTable({ users, me, ...actions }: UserTableProps) {
  return (
    <Card>
      <Table>
        <caption className="sr-only">Accounts of the organization</caption>
        <TableHeader>
          <TableRow>
            <TableHead>Account</TableHead>
            <TableHead className="max-sm:hidden">Role</TableHead>
            <TableHead className="max-md:hidden">Cameras</TableHead>
            <TableHead className="max-lg:hidden">Last sign-in</TableHead>
            <TableHead className="max-lg:hidden">Made</TableHead>
            <TableHead>
              <span className="sr-only">What can be done</span>
            </TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {users.map((user) => (
            <TableRow key={user.id} data-testid="user" data-user={user.username}>
              <TableCell className="max-w-0 w-full sm:max-w-none sm:w-auto">
                <p className="truncate font-medium">{nameOf(user)}</p>
                <p className="truncate text-xs text-muted-foreground">
                  {user.username}
                  {user.email && ` · ${user.email}`}
                  <span className="sm:hidden"> · {ROLES[user.role].name}</span>
                </p>
                <Marks user={user} isMe={user.id === me.id} />
              </TableCell>
              <TableCell className="max-sm:hidden">{ROLES[user.role].name}</TableCell>
              <TableCell className="text-muted-foreground max-md:hidden">{user.groups === null ? "All" : `${user.groups.length} ${user.groups.length === 1 ? "group" : "groups"}`}</TableCell>
              <TableCell className="max-lg:hidden">
                <Time at={user.last_login_at} />
              </TableCell>
              <TableCell className="text-muted-foreground max-lg:hidden">
                <Time at={user.created_at} />
              </TableCell>
              <TableCell className="w-px text-right">
                <UserMenu user={user} me={me} {...actions} />
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Card>
  );
}

function Marks({ user, isMe }: { readonly user: User; readonly isMe: boolean }) {
  return (
    <p className="mt-1 flex flex-wrap gap-1.5 empty:hidden">
      {isMe && <Badge>You</Badge>}
      {!user.active && <Badge variant="warning">Deactivated</Badge>}
      {user.system_admin && <Badge>Rules the installation</Badge>}
      {user.totp && <Badge variant="ok">Second factor</Badge>}
      {!user.has_password && <Badge>Signs in elsewhere</Badge>}
    </p>
  );
}
