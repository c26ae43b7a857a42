/** The typed client of the server's HTTP API, with the token of whoever is signed in. */
import createClient from "openapi-fetch";
import { authorized } from "../session/authorized";
import { session } from "../session/browser";
import { proofRequests } from "../session/proof";
import type { paths } from "./schema";
import { watchConnection } from "./transport";

export { ApiError, ConnectionError, settle, unwrap } from "./transport";

export const api = createClient<paths>({ baseUrl: "", fetch: authorized(session, (request) => fetch(request), proofRequests.ask) });
api.use(watchConnection);
