import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { ChangedNotice } from "@/components/form/changed-notice";
import { Field } from "@/components/form/field";
import { fieldProblem, FormProblem, unlessShown } from "@/components/form/form-problem";
import { KeepApiTokens } from "@/components/form/keep-api-tokens";
import { NewPassword } from "@/components/form/new-password";
import { GroupScope } from "@/components/group-scope";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogTitle } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { type Outcome, savedOrNewest } from "@/lib/api/conflict";
import type { Role, User } from "@/lib/api/types";
import { ROLES } from "@/lib/session/permissions";
import { addUser, changeUser, readUser, usersKey } from "../api/users";
import { changedBetween, changeOf, type Draft, draftOf, mayBeSaved, newUserOf, rebase } from "../draft";

interface UserDialogProps {
  /** None: a new one. */
  readonly user: User | undefined;
  /** Nobody takes rights from their own account by mistake. */
  readonly isMe: boolean;
  onSaved(user: User): void;
  onClose(): void;
}

const FIELDS = ["username", "password", "display_name", "email", "role", "groups"] as const;

export function UserDialog({ user: opened, isMe, onSaved, onClose }: UserDialogProps) {
  const { user, draft, setDraft, changed, save } = useUserDraft(opened, onSaved);
  const about = useId();
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  const problem = (field: (typeof FIELDS)[number]) => fieldProblem(save.error, field);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(draft);
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent aria-describedby={about}>
        <DialogTitle className="pr-6">{user ? `Edit ${user.username}` : "Add an account"}</DialogTitle>
        <DialogDescription id={about}>
          {user ? "What is changed here holds within seconds, also where the account is signed in." : "Tell the password to its owner, who can change it."}
        </DialogDescription>
        <form className="grid gap-4" onSubmit={submit}>
          <ChangedNotice what="account" fields={changed} />
          <FormProblem error={unlessShown(save.error, FIELDS)} />
          {!user && (
            <Field label="User name" problem={problem("username")}>
              {(described) => (
                <Input
                  {...described}
                  name="new-username"
                  autoComplete="off"
                  autoCapitalize="none"
                  spellCheck={false}
                  required
                  maxLength={100}
                  value={draft.username}
                  onChange={(event) => set({ username: event.target.value })}
                />
              )}
            </Field>
          )}
          <Field label="Name (optional)" problem={problem("display_name")}>
            {(described) => (
              <Input {...described} name="display-name" autoComplete="off" maxLength={100} value={draft.displayName} onChange={(event) => set({ displayName: event.target.value })} />
            )}
          </Field>
          <Field label="E-mail (optional)" problem={problem("email")}>
            {(described) => <Input {...described} name="email" type="email" autoComplete="off" value={draft.email} onChange={(event) => set({ email: event.target.value })} />}
          </Field>
          <RoleField role={draft.role} fixed={isMe} problem={problem("role")} onRole={(role) => set({ role })} />
          <GroupScope groups={draft.groups} problem={problem("groups")} onChange={(groups) => set({ groups })} />
          <PasswordPart user={user} draft={draft} problem={problem("password")} onDraft={set} />
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" pending={save.isPending} disabled={!mayBeSaved(draft, user)}>
              {user ? "Save" : "Add the account"}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

/** What is typed, and the account as it was last known: somebody else may change it meanwhile. */
function useUserDraft(opened: User | undefined, onSaved: (user: User) => void) {
  const [user, setUser] = useState(opened);
  const [draft, setDraft] = useState<Draft>(() => draftOf(opened));
  const [changed, setChanged] = useState<readonly string[]>();
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: async (wanted: Draft): Promise<Outcome<User>> =>
      user ? savedOrNewest(changeUser({ user, change: changeOf(user, wanted) }), () => readUser(user.id)) : { kind: "saved", value: await addUser(newUserOf(wanted)) },
    onSuccess: ({ kind, value }) => {
      if (kind === "saved" || !user) return onSaved(value);
      setUser(value);
      setDraft((typed) => rebase(user, value, typed));
      setChanged(changedBetween(user, value));
      void queryClient.invalidateQueries({ queryKey: usersKey });
    },
  });
  return { user, draft, setDraft, changed, save };
}

interface RoleFieldProps {
  readonly role: Role;
  readonly fixed: boolean;
  readonly problem: string | undefined;
  onRole(role: Role): void;
}

function RoleField({ role, fixed, problem, onRole }: RoleFieldProps) {
  return (
    <Field label="Role" hint={fixed ? "You can't change your own role." : ROLES[role].about} problem={problem}>
      {(described) => (
        <NativeSelect {...described} name="role" disabled={fixed} value={role} onChange={(event) => onRole(event.target.value as Role)}>
          {Object.entries(ROLES).map(([value, { name }]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </NativeSelect>
      )}
    </Field>
  );
}

interface PasswordPartProps {
  readonly user: User | undefined;
  readonly draft: Draft;
  readonly problem: string | undefined;
  onDraft(change: Partial<Draft>): void;
}

/** Of an account that exists it is only asked for when somebody wants to set another one. */
function PasswordPart({ user, draft, problem, onDraft }: PasswordPartProps) {
  if (draft.role === "api_only") return null;
  if (draft.password === undefined) {
    return (
      <Button variant="outline" size="sm" className="w-fit" onClick={() => onDraft({ password: "" })}>
        Set a new password
      </Button>
    );
  }
  return (
    <>
      <NewPassword
        label={user ? "New password" : "Password"}
        username={user?.username ?? draft.username.trim()}
        value={draft.password}
        problem={problem}
        onChange={(password) => onDraft({ password })}
      />
      {user && <KeepApiTokens checked={draft.keepApiTokens} onChange={(keepApiTokens) => onDraft({ keepApiTokens })} />}
    </>
  );
}
