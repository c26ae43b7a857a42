/** What every call of the server's HTTP API has in common: the envelope, the errors, and whether the server answers. */
import createClient, { type Middleware } from "openapi-fetch";
import { noteServerTime } from "../time/clock";
import type { paths } from "./schema";
import { noteAnswer, noteSilence } from "./connection";

/** What an error tells beside its message. */
interface More {
  readonly requestId?: string | undefined;
  /** `VALIDATION_FAILED`: by field, what is wrong with it. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Seconds after which it may be tried again. */
  readonly retryAfter?: number | undefined;
}

/** An answer of the server that says no. */
export class ApiError extends Error {
  readonly requestId: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryAfter: number | undefined;

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    { requestId, details = {}, retryAfter }: More = {},
  ) {
    super(message);
    this.requestId = requestId;
    this.details = details;
    this.retryAfter = retryAfter;
  }
}

/** No answer at all, or one that is not ours (a proxy's error page). */
export class ConnectionError extends Error {
  constructor() {
    super("The server does not answer.");
  }
}

export const watchConnection: Middleware = {
  onResponse({ response }) {
    const gateway = response.status >= 502 && response.status <= 504 && !isJson(response);
    if (gateway) {
      noteSilence();
      throw new ConnectionError();
    }
    noteAnswer();
  },
  onError({ error }) {
    // An abort is our own doing; the others have been noted where they came from.
    if (error instanceof DOMException && error.name === "AbortError") return error;
    if (error instanceof ApiError || error instanceof ConnectionError) return error;
    noteSilence();
    return new ConnectionError();
  },
};

/** For the operations that need no account. */
export const publicApi = createClient<paths>({ baseUrl: "" });
publicApi.use(watchConnection);

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

interface Failure {
  readonly error?: { readonly code?: string; readonly message?: string; readonly details?: Record<string, unknown> } | null;
  readonly request_id?: string;
}

function toError(body: unknown, response: Response): ApiError {
  const failure: Failure = typeof body === "object" && body !== null ? body : {};
  return new ApiError(
    response.status,
    failure.error?.code ?? "UNKNOWN",
    failure.error?.message ?? `The server answered with status ${response.status}.`,
    {
      requestId: failure.request_id ?? response.headers.get("x-request-id") ?? undefined,
      details: failure.error?.details ?? {},
      retryAfter: Number.parseInt(response.headers.get("retry-after") ?? "", 10) || undefined,
    },
  );
}

function isJson(response: Response): boolean {
  return response.headers.get("content-type")?.includes("json") ?? false;
}
