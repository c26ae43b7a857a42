/** Accounts of `dev:mock`: everybody may sign in with the password "mock password"; "totp" wants the code 000000, "viewer" may only watch. */
import type { IncomingMessage, ServerResponse } from "node:http";

interface Call {
  readonly url: URL;
  readonly body: Record<string, unknown>;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

interface Answers {
  ok(response: ServerResponse, data: unknown): void;
  fail(response: ServerResponse, status: number, code: string, message: string): void;
}

type Route = readonly [method: string, path: RegExp, handle: (call: Call, id: string) => void];

const WATCH = ["camera:read", "recording:read", "event:read"];
const ALL = [...WATCH, "camera:write", "camera:control", "recording:delete", "recording:export", "event:ack", "metadata:write", "user:admin", "token:write", "audit:read"];
const LIFETIME = 15 * 60_000;

let failures = 0;
let tokens = [token("Backup script", ["camera:read", "recording:read"]), { ...token("Old panel", WATCH), revoked_at: iso(0) }];
/** Whether the password was typed again: asked for once a run. */
let proven = false;
let users = ["admin", "viewer", "totp", "gone"].map((name, index) => user(name, index));

export function accountRoutes({ ok, fail }: Answers): readonly Route[] {
  return [
    ["GET", /^\/api\/v1\/setup$/, ({ response }) => ok(response, { needed: process.env["MOCK_SETUP"] === "1" })],
    ["GET", /^\/api\/v1\/auth\/providers$/, ({ response }) => ok(response, { items: [{ name: "test", label: "Test provider" }] })],
    ["POST", /^\/api\/v1\/(?:auth\/login|setup)$/, (call) => signIn(call, { ok, fail })],
    ["POST", /^\/api\/v1\/auth\/refresh$/, ({ request, response }) => refresh(request, response, { ok, fail })],
    [
      "POST",
      /^\/api\/v1\/auth\/logout$/,
      ({ response }) => {
        response.setHeader("set-cookie", cookie("", 0));
        none(response);
      },
    ],
    ["GET", /^\/api\/v1\/auth\/me$/, ({ request, response }) => ok(response, me(cookieOf(request)))],
    ["GET", /^\/api\/v1\/auth\/sessions$/, ({ response }) => ok(response, { items: [signInEntry("a", true), signInEntry("b", false)] })],
    ["PUT", /^\/api\/v1\/auth\/password$/, ({ body, response }) => (body["current_password"] === "mock password" ? none(response) : wrong(fail, response))],
    [
      "POST",
      /^\/api\/v1\/auth\/totp\/enroll$/,
      ({ body, response }) => {
        const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
        if (body["password"] !== "mock password") wrong(fail, response);
        else ok(response, { secret, uri: `otpauth://totp/Nightjar:admin?secret=${secret}&issuer=Nightjar&algorithm=SHA1&digits=6&period=30` });
      },
    ],
    [
      "POST",
      /^\/api\/v1\/auth\/proof$/,
      ({ body, response }) => {
        proven = body["password"] === "mock password" || body["code"] === "123456";
        if (proven) ok(response, { fresh_until: new Date(Date.now() + 600_000).toISOString() });
        else wrong(fail, response);
      },
    ],
    ["POST", /^\/api\/v1\/auth\/totp\/confirm$/, ({ response }) => ok(response, { recovery_codes: Array.from({ length: 10 }, (_, index) => `abcd-efgh-ijkl-mn${index}0`) })],
    ["GET", /^\/api\/v1\/users$/, ({ url, response }) => ok(response, page(users.filter((one) => one.username.includes(url.searchParams.get("q") ?? ""))))],
    ["PATCH", /^\/api\/v1\/users\/([^/]+)$/, ({ body, response }, id) => ok(response, (users = users.map((one) => (one.id === id ? { ...one, ...body } : one))).find((one) => one.id === id))],
    [
      "POST",
      /^\/api\/v1\/users$/,
      ({ body, response }) => {
        if (!proven) return fail(response, 403, "AUTH_FRESH_PROOF_REQUIRED", "This takes a fresh proof that it is you.");
        users = [...users, { ...user(String(body["username"]), users.length), ...body }];
        ok(response, users.at(-1));
      },
    ],
    [
      "DELETE",
      /^\/api\/v1\/(?:users|auth\/sessions)\/([^/]+)$/,
      ({ response }, id) => {
        users = users.filter((one) => one.id !== id);
        none(response);
      },
    ],
    ["GET", /^\/api\/v1\/tokens$/, ({ response }) => ok(response, page(tokens))],
    [
      "POST",
      /^\/api\/v1\/tokens$/,
      ({ body, response }) => {
        const made = { ...token(String(body["name"]), body["permissions"] as string[]), ...body };
        tokens = [made, ...tokens];
        ok(response, { token: made, secret: "njt_madeuponlyforthemockserver0000000000" });
      },
    ],
    [
      "DELETE",
      /^\/api\/v1\/tokens\/([^/]+)$/,
      ({ response }, id) => {
        tokens = tokens.map((one) => (one.id === id ? { ...one, revoked_at: iso(0) } : one));
        none(response);
      },
    ],
    ["GET", /^\/api\/v1\/audit$/, ({ url, response }) => ok(response, auditPage(Number(url.searchParams.get("cursor") ?? 0)))],
  ];
}

function none(response: ServerResponse): void {
  response.writeHead(204).end();
}

function signIn({ body, response }: Call, { ok, fail }: Answers): void {
  const name = String(body["username"]);
  if (body["password"] !== "mock password" && body["token"] === undefined) {
    failures += 1;
    if (failures % 4 !== 0) return wrong(fail, response);
    response.setHeader("retry-after", "8");
    return fail(response, 429, "RATE_LIMIT_EXCEEDED", "Too many tries.");
  }
  if (name === "totp" && body["totp"] === undefined) return fail(response, 401, "AUTH_TOTP_REQUIRED", "A code is needed.");
  if (name === "totp" && body["totp"] !== "000000") return wrong(fail, response);
  grant(name, response, ok);
}

function refresh(request: IncomingMessage, response: ServerResponse, { ok, fail }: Answers): void {
  const name = cookieOf(request);
  if (name === "") fail(response, 401, "AUTH_TOKEN_MISSING", "Nobody is signed in.");
  else grant(name, response, ok);
}

function grant(name: string, response: ServerResponse, ok: Answers["ok"]): void {
  response.setHeader("set-cookie", cookie(name, 86_400));
  ok(response, { token: `mock-${Date.now()}`, expires_at: iso(LIFETIME), refresh_token: null, user: me(name) });
}

function wrong(fail: Answers["fail"], response: ServerResponse): void {
  fail(response, 401, "AUTH_CREDENTIALS_INVALID", "The user name or the password is wrong.");
}

function cookie(name: string, age: number): string {
  return `mock_session=${encodeURIComponent(name)}; HttpOnly; SameSite=Strict; Path=/api/v1/auth; Max-Age=${age}`;
}

function cookieOf(request: IncomingMessage): string {
  return decodeURIComponent(/mock_session=([^;]*)/.exec(request.headers.cookie ?? "")?.[1] ?? "");
}

function me(name: string) {
  const watches = name === "viewer";
  return {
    id: `user-${name}`,
    username: name,
    display_name: watches ? "" : "Ada Lovelace",
    email: null,
    role: watches ? "viewer" : "admin",
    permissions: watches ? WATCH : ALL,
    groups: null,
    organization: { id: "org", name: "The mock's house" },
    totp: name === "totp",
    has_password: true,
    session_id: "a",
  };
}

function user(name: string, index: number) {
  return {
    id: `user-${name}`,
    username: name,
    display_name: index === 0 ? "Ada Lovelace" : "",
    email: index === 0 ? "ada@example.org" : null,
    role: index === 0 ? "admin" : "viewer",
    system_admin: index === 0,
    groups: index === 3 ? ["group"] : null,
    active: index !== 3,
    totp: index === 2,
    has_password: true,
    version: 1,
    created_at: iso(-index * 86_400_000),
    updated_at: iso(0),
    last_login_at: index < 2 ? iso(-index * 3_600_000) : null,
  };
}

function token(name: string, permissions: string[]) {
  return {
    id: `token-${name}`,
    name,
    remark: "",
    prefix: "njt_ab12cd",
    user_id: "user-admin",
    username: "admin",
    permissions,
    groups: null,
    rate_limit: 1000,
    expires_at: iso(90 * 86_400_000),
    allowed_ips: [] as string[],
    last_used_at: iso(-60_000),
    last_used_ip: "192.0.2.7",
    created_at: iso(0),
    revoked_at: null as string | null,
  };
}

function signInEntry(id: string, current: boolean) {
  const agent = current ? "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36" : "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1";
  return { id, created_at: iso(-86_400_000), last_used_at: iso(-60_000), expires_at: iso(86_400_000), ip: "192.0.2.7", user_agent: agent, current };
}

function auditPage(from: number) {
  const actions = ["auth.login", "camera.update", "footage.download", "user.create"];
  const items = Array.from({ length: 50 }, (_, offset) => {
    const index = from + offset;
    const refused = index % 7 === 3;
    return {
      seq: 120 - index,
      id: `audit-${index}`,
      at: iso(-index * 1_800_000),
      actor: refused ? { kind: "anonymous", id: null, name: "root" } : { kind: "user", id: "user-admin", name: "admin" },
      action: refused ? "auth.login" : actions[index % 4],
      object_kind: refused ? "" : "camera",
      object_id: refused ? "" : "0198c0de",
      outcome: refused ? "refused" : "done",
      ip: "192.0.2.7",
      request_id: "mock",
      details: refused ? { reason: "wrong password" } : {},
    };
  }).filter((one) => one.seq > 0);
  return { items, pagination: { next_cursor: from + 50 < 120 ? String(from + 50) : null } };
}

function page<T>(items: readonly T[]) {
  return { items, pagination: { page: 1, limit: 50, total: items.length, total_pages: 1 } };
}

function iso(after: number): string {
  return new Date(Date.now() + after).toISOString();
}
