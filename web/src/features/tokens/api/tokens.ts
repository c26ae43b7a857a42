/** API tokens: what programs sign in with. */
import { queryOptions } from "@tanstack/react-query";
import { permissionNames } from "../draft";
import type { ApiToken, NewToken } from "@/lib/api/types";
import { api, settle, unwrap } from "@/lib/api/client";

/** The most that the server gives at once. */
const LIMIT = 500;

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: async ({ signal }) => (await unwrap(api.GET("/api/v1/tokens", { params: { query: { limit: LIMIT } }, signal }))).items,
});

export interface MadeToken {
  readonly token: ApiToken;
  /** The server keeps only its hash: it is known only now. */
  readonly secret: string;
}

export function makeToken(token: NewToken): Promise<MadeToken> {
  return unwrap(api.POST("/api/v1/tokens", { body: token }));
}

export function revokeToken(id: string): Promise<void> {
  return settle(api.DELETE("/api/v1/tokens/{id}", { params: { path: { id } } }));
}

export interface PermissionsEdit {
  readonly token: ApiToken;
  readonly permissions: readonly string[];
  readonly groups: string[] | null;
}

export function changePermissions({ token, permissions, groups }: PermissionsEdit): Promise<ApiToken> {
  const params = { path: { id: token.id } };
  return unwrap(api.PUT("/api/v1/tokens/{id}/permissions", { params, body: { permissions: permissionNames(permissions), groups } }));
}
