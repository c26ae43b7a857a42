import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import { UserPlus } from "lucide-react";
import { useState } from "react";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { FormProblem } from "@/components/form/form-problem";
import { Page } from "@/components/page";
import { Empty, LoadFailed, LoadingRows } from "@/components/states";
import { Button } from "@/components/ui/button";
import { changeUser, deleteUser, usersKey, usersQuery } from "@/features/users/api/users";
import { UserDialog } from "@/features/users/components/user-dialog";
import { UserTable } from "@/features/users/components/user-table";
import type { Me, User } from "@/lib/api/types";
import { lastPageBefore } from "@/lib/pages";
import { nameOf } from "@/lib/session/permissions";
import { reloadMe } from "@/lib/session/sign-out";
import { useMe } from "@/lib/session/use-session";
import { UserFilters, UserPages } from "./filters";
import type { UsersSearch } from "./search";

type Open =
  | { readonly kind: "nothing" | "add" }
  | { readonly kind: "edit" | "delete" | "deactivate"; readonly user: User };

const NOTHING: Open = { kind: "nothing" };

/** The accounts of the organization. */
export function UsersPage({ search }: { readonly search: UsersSearch }) {
  const me = useMe();
  const [open, setOpen] = useState<Open>(NOTHING);
  return (
    <Page
      title="Users"
      about="Who may sign in, and what they may do."
      permission="user:admin"
      actions={
        <Button onClick={() => setOpen({ kind: "add" })}>
          <UserPlus aria-hidden /> Add an account
        </Button>
      }
    >
      {me && <Users me={me} search={search} open={open} onOpen={setOpen} />}
    </Page>
  );
}

interface UsersProps {
  readonly me: Me;
  readonly search: UsersSearch;
  readonly open: Open;
  onOpen(open: Open): void;
}

function Users({ me, search, open, onOpen }: UsersProps) {
  const users = useQuery(usersQuery(search));
  const queryClient = useQueryClient();
  const activate = useMutation({ mutationFn: changeUser, onSettled: () => queryClient.invalidateQueries({ queryKey: usersKey }) });
  const saved = (user: User) => {
    onOpen(NOTHING);
    void queryClient.invalidateQueries({ queryKey: usersKey });
    if (user.id === me.id) void reloadMe().catch(() => {});
  };
  const last = users.isPlaceholderData ? undefined : lastPageBefore(search.page, users.data?.pagination.total_pages);
  if (users.data && last !== undefined) return <Navigate to="/users" search={{ ...search, page: last }} replace />;
  return (
    <>
      <UserFilters search={search} />
      <FormProblem error={activate.error} />
      {users.data ? (
        users.data.items.length === 0 ? (
          <Empty title="No account fits">Look for something else.</Empty>
        ) : (
          <UserTable
            users={users.data.items}
            me={me}
            onEdit={(user) => onOpen({ kind: "edit", user })}
            onDelete={(user) => onOpen({ kind: "delete", user })}
            onActive={(user, active) => (active ? activate.mutate({ user, change: { active } }) : onOpen({ kind: "deactivate", user }))}
          />
        )
      ) : users.isError ? (
        <LoadFailed what="The accounts" error={users.error} onRetry={() => void users.refetch()} />
      ) : (
        <LoadingRows what="the accounts" />
      )}
      {users.data && <UserPages search={search} pages={users.data.pagination.total_pages ?? 1} total={users.data.pagination.total ?? 0} />}
      {open.kind === "add" && <UserDialog user={undefined} isMe={false} onSaved={saved} onClose={() => onOpen(NOTHING)} />}
      {open.kind === "edit" && <UserDialog user={open.user} isMe={open.user.id === me.id} onSaved={saved} onClose={() => onOpen(NOTHING)} />}
      {(open.kind === "delete" || open.kind === "deactivate") && <Removal kind={open.kind} user={users.data?.items.find(({ id }) => id === open.user.id) ?? open.user} onClose={() => onOpen(NOTHING)} />}
    </>
  );
}

interface RemovalProps {
  readonly kind: "delete" | "deactivate";
  readonly user: User;
  onClose(): void;
}

function Removal({ kind, user, onClose }: RemovalProps) {
  const queryClient = useQueryClient();
  const remove = useMutation({
    mutationFn: async () => {
      if (kind === "delete") await deleteUser(user.id);
      else await changeUser({ user, change: { active: false } });
    },
    onSuccess: onClose,
    onSettled: () => queryClient.invalidateQueries({ queryKey: usersKey }),
  });
  return (
    <ConfirmDialog
      title={kind === "delete" ? `Delete ${nameOf(user)}?` : `Deactivate ${nameOf(user)}?`}
      action={kind === "delete" ? "Delete the account" : "Deactivate the account"}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      {kind === "delete"
        ? "The account is signed out everywhere and its API tokens stop working at once. What it has done stays in the audit trail. This can't be undone."
        : "The account is signed out everywhere and its API tokens stop working, until it is activated again."}
    </ConfirmDialog>
  );
}
