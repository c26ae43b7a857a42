import { api, ApiError, settle, unwrap } from "../api/client";
import { session } from "./browser";

/** Ends this session, or all of the account's. Fails if the server can't be asked: the cookie would stay good. */
export async function signOut(everywhere = false): Promise<void> {
  try {
    await settle(api.POST("/api/v1/auth/logout", { body: everywhere ? { everywhere } : {} }));
  } catch (error) {
    // It has ended already.
    if (!(error instanceof ApiError && error.status === 401)) throw error;
  }
  session.end("asked");
}

/** Asks again who is signed in: something about the account has changed. */
export async function reloadMe(): Promise<void> {
  session.noteUser(await unwrap(api.GET("/api/v1/auth/me")));
}
