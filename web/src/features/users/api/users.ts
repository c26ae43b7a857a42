/** The accounts of the organization. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { NewUser, Role, User, UserChange } from "@/lib/api/types";
import { api, settle, unwrap } from "@/lib/api/client";

export interface UserFilter {
  readonly q?: string;
  readonly role?: Role;
  readonly active?: boolean;
  readonly page?: number;
}

const LIMIT = 50;
const KEY = "users";

export const usersKey = [KEY] as const;

export function usersQuery(filter: UserFilter) {
  return queryOptions({
    queryKey: [KEY, filter],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/users", { params: { query: { ...filter, limit: LIMIT } }, signal })),
    placeholderData: keepPreviousData,
  });
}

/** As many as the server gives at once. */
export const everybodyQuery = queryOptions({
  queryKey: [KEY, "everybody"],
  queryFn: async ({ signal }) => (await unwrap(api.GET("/api/v1/users", { params: { query: { limit: 500 } }, signal }))).items,
  staleTime: 60_000,
});

export function readUser(id: string): Promise<User> {
  return unwrap(api.GET("/api/v1/users/{id}", { params: { path: { id } } }));
}

export function addUser(user: NewUser): Promise<User> {
  return unwrap(api.POST("/api/v1/users", { body: user }));
}

export interface UserEdit {
  readonly user: User;
  readonly change: UserChange;
}

/** Fails with `VERSION_CONFLICT` if somebody else has changed the account since it was read. */
export function changeUser({ user, change }: UserEdit): Promise<User> {
  const params = { path: { id: user.id }, header: { "If-Match": `"${user.version}"` } };
  return unwrap(api.PATCH("/api/v1/users/{id}", { params, body: change }));
}

export function deleteUser(id: string): Promise<void> {
  return settle(api.DELETE("/api/v1/users/{id}", { params: { path: { id } } }));
}
