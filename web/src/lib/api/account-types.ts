/**
 * Types of the operations on accounts, in the form of `schema.d.ts`. What the generated file has
 * wins: once it has them all, this file shrinks to the names that the page uses.
 */
import type { paths } from "./schema";

export type Role = "admin" | "operator" | "viewer" | "api_only";

export interface Me {
  readonly id: string;
  readonly username: string;
  readonly display_name: string;
  readonly email: string | null;
  readonly role: Role;
  readonly permissions: string[];
  /** Groups of cameras that the account is limited to; null: none. */
  readonly groups: string[] | null;
  readonly organization: { readonly id: string; readonly name: string };
  readonly totp: boolean;
  /** None of an account that came from a provider. */
  readonly has_password: boolean;
  readonly session_id: string | null;
}

export interface SignIn {
  readonly token: string;
  readonly expires_at: string;
  /** None when it came as a cookie. */
  readonly refresh_token: string | null;
  readonly user: Me;
}

export interface LoginRequest {
  readonly username: string;
  readonly password: string;
  readonly totp?: string;
  readonly cookie: true;
}

export interface SetupRequest {
  readonly token: string;
  readonly username: string;
  readonly password: string;
  readonly display_name?: string;
  readonly organization?: string;
  readonly cookie: true;
}

export interface SignInSession {
  readonly id: string;
  readonly created_at: string;
  readonly last_used_at: string;
  readonly expires_at: string;
  readonly ip: string | null;
  readonly user_agent: string;
  readonly current: boolean;
}

export interface TotpEnrolment {
  readonly secret: string;
  readonly uri: string;
}

export interface User {
  readonly id: string;
  readonly username: string;
  readonly display_name: string;
  readonly email: string | null;
  readonly role: Role;
  readonly system_admin: boolean;
  readonly groups: string[] | null;
  readonly active: boolean;
  readonly totp: boolean;
  readonly has_password: boolean;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly last_login_at: string | null;
}

export interface NewUser {
  readonly username: string;
  /** Not for `api_only`. */
  readonly password?: string;
  readonly display_name?: string;
  readonly email?: string;
  readonly role: Role;
  readonly groups?: string[] | null;
}

/** A merge (RFC 7396): what is left out stays. */
export interface UserChange {
  readonly display_name?: string;
  readonly email?: string | null;
  readonly role?: Role;
  readonly groups?: string[] | null;
  readonly active?: boolean;
  readonly password?: string;
}

export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly remark: string;
  readonly prefix: string;
  readonly user_id: string;
  readonly username: string;
  readonly permissions: string[];
  readonly groups: string[] | null;
  /** Requests an hour. */
  readonly rate_limit: number;
  readonly expires_at: string | null;
  readonly allowed_ips: string[];
  readonly last_used_at: string | null;
  readonly last_used_ip: string | null;
  readonly created_at: string;
  readonly revoked_at: string | null;
}

export interface NewToken {
  readonly name: string;
  readonly remark?: string;
  readonly permissions: string[];
  readonly groups?: string[] | null;
  readonly rate_limit?: number;
  readonly expires_at?: string;
  readonly allowed_ips?: string[];
}

export interface AuditEntry {
  readonly seq: number;
  readonly id: string;
  readonly at: string;
  readonly actor: { readonly kind: "user" | "token" | "anonymous" | "system"; readonly id: string | null; readonly name: string };
  readonly action: string;
  readonly object_kind: string;
  readonly object_id: string;
  readonly outcome: "done" | "refused";
  readonly ip: string | null;
  readonly request_id: string | null;
  readonly details: unknown;
}

export interface AuditQuery {
  readonly actor?: string;
  readonly action?: string;
  readonly object_id?: string;
  readonly outcome?: "done" | "refused";
  readonly q?: string;
  readonly start_date?: string;
  readonly end_date?: string;
  readonly cursor?: string;
  readonly limit?: number;
}

export interface CameraGroup {
  readonly id: string;
  readonly name: string;
  readonly description: string;
}

interface Answer<T> {
  readonly success: boolean;
  readonly data: T;
  readonly error: null;
  readonly timestamp: string;
}

interface List<T> {
  readonly items: T[];
  readonly pagination: { readonly page: number; readonly limit: number; readonly total: number; readonly total_pages: number };
}

interface Operation<Parameters, Responses> {
  parameters: Parameters;
  responses: Responses;
}

interface WithBody<Body, Parameters, Responses> extends Operation<Parameters, Responses> {
  requestBody: { content: { "application/json": Body } };
}

interface Given<T, Status extends number = 200> {
  responses: { [S in Status]: { headers: Record<string, unknown>; content: { "application/json": Answer<T> } } };
}

type Ok<T, Status extends number = 200> = Given<T, Status>["responses"];
interface Nothing {
  204: { headers: Record<string, unknown>; content?: never };
}
interface None {
  query?: never;
}
interface ById {
  path: { id: string };
}

interface AccountPaths {
  "/api/v1/auth/providers": { get: Operation<None, Ok<{ readonly items: { readonly name: string; readonly label: string }[] }>> };
  "/api/v1/setup": { get: Operation<None, Ok<{ readonly needed: boolean }>>; post: WithBody<SetupRequest, None, Ok<SignIn, 201>> };
  "/api/v1/auth/login": { post: WithBody<LoginRequest, None, Ok<SignIn>> };
  "/api/v1/auth/refresh": { post: WithBody<{ refresh_token?: string }, None, Ok<SignIn>> };
  "/api/v1/auth/logout": { post: WithBody<{ everywhere?: boolean }, None, Nothing> };
  "/api/v1/auth/me": { get: Operation<None, Ok<Me>> };
  "/api/v1/auth/password": { put: WithBody<{ current_password: string; new_password: string }, None, Nothing> };
  "/api/v1/auth/sessions": { get: Operation<None, Ok<{ readonly items: SignInSession[] }>> };
  "/api/v1/auth/sessions/{id}": { delete: Operation<ById, Nothing> };
  "/api/v1/auth/totp/enroll": { post: WithBody<{ password: string }, None, Ok<TotpEnrolment>> };
  "/api/v1/auth/totp/confirm": { post: WithBody<{ code: string }, None, Ok<{ readonly recovery_codes: string[] }>> };
  "/api/v1/auth/totp/disable": { post: WithBody<{ password: string }, None, Nothing> };
  "/api/v1/users": {
    get: Operation<{ query?: { q?: string; role?: Role; active?: boolean; page?: number; limit?: number } }, Ok<List<User>>>;
    post: WithBody<NewUser, None, Ok<User, 201>>;
  };
  "/api/v1/users/{id}": {
    get: Operation<ById, Ok<User>>;
    patch: WithBody<UserChange, ById & { header?: { "If-Match"?: string } }, Ok<User>>;
    delete: Operation<ById, Nothing>;
  };
  "/api/v1/camera-groups": { get: Operation<{ query?: { page?: number; limit?: number } }, Ok<List<CameraGroup>>> };
  "/api/v1/tokens": {
    get: Operation<{ query?: { page?: number; limit?: number } }, Ok<List<ApiToken>>>;
    post: WithBody<NewToken, None, Ok<{ readonly token: ApiToken; readonly secret: string }, 201>>;
  };
  "/api/v1/tokens/{id}": { delete: Operation<ById, Nothing> };
  "/api/v1/tokens/{id}/permissions": {
    put: WithBody<{ permissions: string[]; groups: string[] | null }, ById, Ok<ApiToken>>;
  };
  "/api/v1/audit": {
    get: Operation<
      { query?: AuditQuery },
      Ok<{ readonly items: AuditEntry[]; readonly pagination: { readonly next_cursor: string | null } }>
    >;
  };
}

/** All operations: the generated ones, and of the others those written here. */
export type AllPaths = Omit<AccountPaths, keyof paths> & paths;
