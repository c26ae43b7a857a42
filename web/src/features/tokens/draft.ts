/** What is typed about a new token, and what it means for the server. */
import type { ApiToken, NewToken } from "@/lib/api/types";
import type { Millis } from "@/lib/footage/types";

export const LIFETIMES = [
  [30, "30 days"],
  [90, "90 days"],
  [365, "One year"],
  [0, "Until it is revoked"],
] as const;

export interface TokenDraft {
  readonly name: string;
  readonly remark: string;
  readonly permissions: readonly string[];
  readonly groups: string[] | null;
  /** Days; 0: for ever. */
  readonly lifetime: number;
  /** As typed. */
  readonly rateLimit: string;
  /** As typed: addresses or networks, one a line or with commas. */
  readonly addresses: string;
}

export const EMPTY: TokenDraft = { name: "", remark: "", permissions: [], groups: null, lifetime: 90, rateLimit: "1000", addresses: "" };

const DAY: Millis = 86_400_000;

export function mayBeMade(draft: TokenDraft): boolean {
  const limit = Number(draft.rateLimit);
  return draft.name.trim() !== "" && draft.permissions.length > 0 && Number.isInteger(limit) && limit > 0;
}

/** The words are the server's own: it says of an account or a token which permissions it has. */
export function permissionNames(words: readonly string[]): NewToken["permissions"] {
  return [...words] as NewToken["permissions"];
}

export function newTokenOf(draft: TokenDraft, now: Millis): NewToken {
  const addresses = draft.addresses.split(/[\s,]+/).filter(Boolean);
  return {
    name: draft.name.trim(),
    permissions: permissionNames(draft.permissions),
    rate_limit: Number(draft.rateLimit),
    ...(draft.remark.trim() ? { remark: draft.remark.trim() } : {}),
    ...(draft.groups === null ? {} : { groups: draft.groups }),
    ...(draft.lifetime > 0 ? { expires_at: new Date(now + draft.lifetime * DAY).toISOString() } : {}),
    ...(addresses.length > 0 ? { allowed_ips: addresses } : {}),
  };
}

export type TokenState = "active" | "expired" | "revoked";

export function stateOf(token: ApiToken, now: Millis): TokenState {
  if (token.revoked_at !== null) return "revoked";
  return token.expires_at !== null && Date.parse(token.expires_at) <= now ? "expired" : "active";
}
