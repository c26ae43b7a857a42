/** Requests with the token of whoever is signed in. */
import { ApiError } from "../api/transport";
import { PROOF_REQUIRED } from "./proof";
import type { Session } from "./session";

type Send = (request: Request) => Promise<Response>;

/**
 * A token that the server no longer takes is renewed once, and the request repeated. What needs a fresh proof
 * is repeated once the person has given one.
 */
export function authorized(session: Pick<Session, "token" | "renew" | "end">, send: Send, prove: () => Promise<boolean> = () => Promise.resolve(false)): Send {
  return async (request) => {
    const again = request.clone();
    const response = await withFreshToken(session, send, request);
    if (response.status !== 403 || (await codeOf(response)) !== PROOF_REQUIRED) return response;
    if (await prove()) return withFreshToken(session, send, again);
    throw new ApiError(403, PROOF_REQUIRED, "Nothing was changed: you have not confirmed that it is you.");
  };
}

async function withFreshToken(session: Pick<Session, "token" | "renew" | "end">, send: Send, request: Request): Promise<Response> {
  const token = await session.token();
  if (token === undefined) throw new ApiError(401, "AUTH_TOKEN_MISSING", "You are signed out.");
  const again = request.clone();
  const response = await send(withToken(request, token));
  if (!(await isRejected(response))) return response;
  const fresh = await session.renew(token);
  if (fresh === undefined) return response;
  const second = await send(withToken(again, fresh));
  // A token that was made a moment ago and is not taken: the account is gone or shut.
  if (await isRejected(second)) session.end("ended");
  return second;
}

function withToken(request: Request, token: string): Request {
  request.headers.set("authorization", `Bearer ${token}`);
  return request;
}

/** Not every 401 is about the token: a wrong password is one, too. */
async function isRejected(response: Response): Promise<boolean> {
  if (response.status !== 401) return false;
  const code = await codeOf(response);
  return code === "AUTH_TOKEN_INVALID" || code === "AUTH_TOKEN_MISSING";
}

async function codeOf(response: Response): Promise<string | undefined> {
  const body: unknown = await response.clone().json().catch(() => undefined);
  return (body as { error?: { code?: string } } | undefined)?.error?.code;
}
