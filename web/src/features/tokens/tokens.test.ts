import { expect, it } from "vitest";
import { EMPTY, mayBeMade, newTokenOf, stateOf } from "./draft";

const NOW = Date.parse("2026-11-20T12:00:00.000Z");

it("makes a token of what was typed, without what was left empty", () => {
  const draft = { ...EMPTY, name: " backup ", permissions: ["camera:read"], lifetime: 30 };
  expect(newTokenOf(draft, NOW)).toEqual({ name: "backup", permissions: ["camera:read"], rate_limit: 1000, expires_at: "2026-12-20T12:00:00.000Z" });
  expect(newTokenOf({ ...draft, lifetime: 0, addresses: "10.0.0.0/8, ::1\n192.0.2.1 " }, NOW)).toEqual({
    name: "backup",
    permissions: ["camera:read"],
    rate_limit: 1000,
    allowed_ips: ["10.0.0.0/8", "::1", "192.0.2.1"],
  });
});

it("wants a name, something that it may do, and a limit", () => {
  const draft = { ...EMPTY, name: "a", permissions: ["camera:read"] };
  expect(mayBeMade(draft)).toBe(true);
  expect(mayBeMade({ ...draft, name: " " })).toBe(false);
  expect(mayBeMade({ ...draft, permissions: [] })).toBe(false);
  expect(mayBeMade({ ...draft, rateLimit: "1.5" })).toBe(false);
});

it("tells what became of a token", () => {
  const token = {
    id: "t",
    name: "a",
    remark: "",
    prefix: "njt_abcd",
    user_id: "u",
    username: "ada",
    permissions: [],
    groups: null,
    rate_limit: 1,
    expires_at: null,
    allowed_ips: [],
    last_used_at: null,
    last_used_ip: null,
    created_at: "2026-01-01T00:00:00.000Z",
    revoked_at: null,
  };
  expect(stateOf(token, NOW)).toBe("active");
  expect(stateOf({ ...token, expires_at: "2026-11-20T12:00:00.000Z" }, NOW)).toBe("expired");
  expect(stateOf({ ...token, expires_at: "2026-11-20T12:00:00.000Z", revoked_at: "2026-11-19T12:00:00.000Z" }, NOW)).toBe("revoked");
});
