/** Requests with the token of whoever is signed in. */
import { ApiError } from "../api/transport";
import type { Session } from "./session";

type Send = (request: Request) => Promise<Response>;

/** A token that the server no longer takes is renewed once, and the request repeated. */
export function authorized(session: Pick<Session, "token" | "renew" | "end">, send: Send): Send {
  return async (request) => {
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
  };
}

function withToken(request: Request, token: string): Request {
  request.headers.set("authorization", `Bearer ${token}`);
  return request;
}

/** Not every 401 is about the token: a wrong password is one, too. */
async function isRejected(response: Response): Promise<boolean> {
  if (response.status !== 401) return false;
  const body: unknown = await response.clone().json().catch(() => undefined);
  const code = (body as { error?: { code?: string } } | undefined)?.error?.code;
  return code === "AUTH_TOKEN_INVALID" || code === "AUTH_TOKEN_MISSING";
}
