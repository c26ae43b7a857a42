/** What is typed about an account, and what it means for the server. */
import { changedFields, onTop } from "@/lib/api/conflict";
import type { NewUser, Role, User, UserChange } from "@/lib/api/types";
import { mayBePassword } from "@/lib/session/password-rules";

export interface Draft {
  readonly username: string;
  readonly displayName: string;
  readonly email: string;
  readonly role: Role;
  readonly groups: string[] | null;
  /** Undefined: stays as it is. */
  readonly password: string | undefined;
  /** Whether API tokens outlive a new password. */
  readonly keepApiTokens: boolean;
}

export function draftOf(user: User | undefined): Draft {
  return {
    username: user?.username ?? "",
    displayName: user?.display_name ?? "",
    email: user?.email ?? "",
    role: user?.role ?? "viewer",
    groups: user?.groups ?? null,
    password: user ? undefined : "",
    keepApiTokens: false,
  };
}

const NAMES: Readonly<Record<keyof Draft, string>> = {
  username: "user name",
  displayName: "name",
  email: "e-mail",
  role: "role",
  groups: "cameras",
  password: "password",
  keepApiTokens: "API tokens",
};

/** What somebody else has changed, in words. */
export function changedBetween(before: User, now: User): string[] {
  return changedFields(NAMES, draftOf(before), draftOf(now));
}

/** The account as it is now, with what was typed put on top. */
export function rebase(before: User, now: User, draft: Draft): Draft {
  return onTop(draftOf(before), draftOf(now), draft);
}

export function mayBeSaved(draft: Draft, user: User | undefined): boolean {
  const username = user?.username ?? draft.username.trim();
  const passwordIsFine = passwordOf(draft) === undefined ? user !== undefined || draft.role === "api_only" : mayBePassword(draft.password ?? "", username);
  return username !== "" && passwordIsFine && (user === undefined || Object.keys(changeOf(user, draft)).length > 0);
}

export function newUserOf(draft: Draft): NewUser {
  return {
    username: draft.username.trim(),
    role: draft.role,
    ...(passwordOf(draft) === undefined ? {} : { password: draft.password ?? "" }),
    ...(draft.groups === null ? {} : { groups: draft.groups }),
    ...(draft.displayName.trim() ? { display_name: draft.displayName.trim() } : {}),
    ...(draft.email.trim() ? { email: draft.email.trim() } : {}),
  };
}

/** Only what is different: what somebody else changes at the same time stays. */
export function changeOf(user: User, draft: Draft): UserChange {
  const displayName = draft.displayName.trim();
  const email = draft.email.trim() || null;
  return {
    ...(displayName === user.display_name ? {} : { display_name: displayName }),
    ...(email === user.email ? {} : { email }),
    ...(draft.role === user.role ? {} : { role: draft.role }),
    ...(sameGroups(draft.groups, user.groups) ? {} : { groups: draft.groups }),
    ...(passwordOf(draft) ? { password: draft.password ?? "", keep_api_tokens: draft.keepApiTokens } : {}),
  };
}

/** Who can't sign in has none. */
function passwordOf(draft: Draft): string | undefined {
  return draft.role === "api_only" ? undefined : draft.password;
}

function sameGroups(a: readonly string[] | null, b: readonly string[] | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((group) => b.includes(group));
}
