/** The typed client of the server's HTTP API, and its errors. */
import createClient, { type Middleware } from "openapi-fetch";
import { noteServerTime } from "../time/clock";
import { noteAnswer, noteSilence } from "./connection";
import type { paths } from "./schema";

/** An answer of the server that says no. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string | undefined,
  ) {
    super(message);
  }
}

/** No answer at all, or one that is not ours (a proxy's error page). */
export class ConnectionError extends Error {
  constructor() {
    super("The server does not answer.");
  }
}

const watchConnection: Middleware = {
  onResponse({ response }) {
    const gateway = response.status >= 502 && response.status <= 504 && !isJson(response);
    if (gateway) {
      noteSilence();
      throw new ConnectionError();
    }
    noteAnswer();
  },
  onError({ error }) {
    // An abort is our own doing.
    if (error instanceof DOMException && error.name === "AbortError") return error;
    noteSilence();
    return new ConnectionError();
  },
};

export const api = createClient<paths>({ baseUrl: "" });
api.use(watchConnection);

interface Envelope {
  readonly timestamp?: string;
  readonly data?: unknown;
}

interface Result<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/** Takes the data out of the envelope, or throws what went wrong. */
export async function unwrap<T extends Envelope>(call: Promise<Result<T>>): Promise<NonNullable<T["data"]>> {
  const { data, error, response } = await call;
  if (data === undefined) throw toError(error, response);
  if (data.timestamp) noteServerTime(Date.parse(data.timestamp));
  return data.data as NonNullable<T["data"]>;
}

/** For answers without a body that matters. */
export async function settle(call: Promise<Result<unknown>>): Promise<void> {
  const { error, response } = await call;
  if (!response.ok) throw toError(error, response);
}

function toError(body: unknown, response: Response): ApiError {
  const failure = (body as { error?: { code?: string; message?: string }; request_id?: string } | undefined) ?? {};
  return new ApiError(
    response.status,
    failure.error?.code ?? "UNKNOWN",
    failure.error?.message ?? `The server answered with status ${response.status}.`,
    failure.request_id ?? response.headers.get("x-request-id") ?? undefined,
  );
}

function isJson(response: Response): boolean {
  return response.headers.get("content-type")?.includes("json") ?? false;
}
