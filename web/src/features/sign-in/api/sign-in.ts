/** Signing in, and making the first account. */
import { queryOptions } from "@tanstack/react-query";
import type { SetupRequest } from "@/lib/api/types";
import { publicApi, unwrap } from "@/lib/api/transport";
import { session } from "@/lib/session/browser";

export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** A code of the second factor, or a recovery code; none as long as it is not asked for. */
  readonly code: string | undefined;
}

export function signIn({ username, password, code }: Credentials): Promise<void> {
  const totp = code?.replaceAll(/\s/g, "");
  const body = { username: username.trim(), password, cookie: true as const, ...(totp ? { totp } : {}) };
  return session.signIn(() => unwrap(publicApi.POST("/api/v1/auth/login", { body })));
}

export type FirstAccount = Omit<SetupRequest, "cookie">;

export function setUp(account: FirstAccount): Promise<void> {
  return session.signIn(() => unwrap(publicApi.POST("/api/v1/setup", { body: { ...account, cookie: true } })));
}

/** Whether the installation still waits for its first account. */
export const setupQuery = queryOptions({
  queryKey: ["setup"],
  queryFn: async ({ signal }) => (await unwrap(publicApi.GET("/api/v1/setup", { signal }))).needed,
  staleTime: 0,
});

/** The OpenID providers that one can sign in with. */
export const providersQuery = queryOptions({
  queryKey: ["sign-in-providers"],
  queryFn: async ({ signal }) => (await unwrap(publicApi.GET("/api/v1/auth/providers", { signal }))).items,
});
