import { describe, expect, it } from "vitest";
import type { Me, User } from "@/lib/api/types";
import { changedBetween, changeOf, draftOf, mayBeSaved, newUserOf, rebase } from "./draft";
import { forbidden } from "./rules";

const user: User = {
  id: "u1",
  username: "ada",
  display_name: "Ada",
  email: null,
  role: "viewer",
  system_admin: false,
  groups: null,
  active: true,
  totp: false,
  has_password: true,
  version: 3,
  created_at: "2026-01-01T00:00:00.000Z",
  updated_at: "2026-01-01T00:00:00.000Z",
  last_login_at: null,
};

const me: Me = {
  id: "u2",
  username: "admin",
  display_name: "",
  email: null,
  role: "admin",
  permissions: ["user:admin"],
  groups: null,
  organization: { id: "o", name: "House" },
  totp: false,
  has_password: true,
  session_id: "s",
};

describe("what is typed about an account", () => {
  it("becomes a change of what is different, and nothing else", () => {
    expect(changeOf(user, draftOf(user))).toEqual({});
    expect(changeOf(user, { ...draftOf(user), email: " ada@example.org ", role: "operator" })).toEqual({ email: "ada@example.org", role: "operator" });
    expect(changeOf({ ...user, groups: ["a", "b"] }, { ...draftOf(user), groups: ["b", "a"] })).toEqual({});
    expect(changeOf({ ...user, groups: ["a"] }, draftOf(user))).toEqual({ groups: null });
    expect(changeOf({ ...user, email: "a@b" }, { ...draftOf(user), email: "" })).toEqual({ email: null });
  });

  it("can be saved when something has changed and the password may be one", () => {
    expect(mayBeSaved(draftOf(user), user)).toBe(false);
    expect(mayBeSaved({ ...draftOf(user), displayName: "Ada L." }, user)).toBe(true);
    expect(mayBeSaved({ ...draftOf(user), displayName: "Ada L.", password: "short" }, user)).toBe(false);
    expect(mayBeSaved({ ...draftOf(undefined), username: "bob", password: "four barn owls" }, undefined)).toBe(true);
    expect(mayBeSaved({ ...draftOf(undefined), password: "four barn owls" }, undefined)).toBe(false);
    expect(mayBeSaved({ ...draftOf(undefined), username: "script", role: "api_only" }, undefined)).toBe(true);
  });

  it("stays when somebody else was faster, and is saved on top of theirs", () => {
    const theirs: User = { ...user, role: "operator", groups: ["a"], version: 4 };
    expect(changedBetween(user, theirs)).toEqual(["role", "cameras"]);
    const both = rebase(user, theirs, { ...draftOf(user), displayName: "Ada L." });
    expect(changeOf(theirs, both)).toEqual({ display_name: "Ada L." });
  });

  it("becomes a new account without what was left empty", () => {
    expect(newUserOf({ ...draftOf(undefined), username: "script", role: "api_only", groups: ["a"] })).toEqual({ username: "script", role: "api_only", groups: ["a"] });
    expect(newUserOf({ ...draftOf(undefined), username: " bob ", password: "four barn owls" })).toEqual({ username: "bob", password: "four barn owls", role: "viewer" });
  });
});

describe("what an administrator can't do", () => {
  it("is told for one's own account and for who rules the installation", () => {
    expect(forbidden("delete", user, me)).toBeUndefined();
    expect(forbidden("delete", { ...user, id: me.id }, me)).toMatch(/own account/);
    expect(forbidden("edit", { ...user, id: me.id }, me)).toBeUndefined();
    expect(forbidden("edit", { ...user, system_admin: true }, me)).toMatch(/installation/);
    expect(forbidden("edit", { ...user, system_admin: true }, { ...me, permissions: ["system:admin"] })).toBeUndefined();
  });
});
