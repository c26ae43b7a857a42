/** The document, and requests that somebody tries. */
import { queryOptions } from "@tanstack/react-query";
import { authorized } from "@/lib/session/authorized";
import { session } from "@/lib/session/browser";
import type { ApiDocument } from "./document";
import type { Prepared } from "./request";

export const documentQuery = queryOptions({
  queryKey: ["openapi"],
  queryFn: async ({ signal }): Promise<ApiDocument> => {
    const response = await fetch("/api/openapi.json", { signal });
    if (!response.ok) throw new Error(`The server answered with status ${response.status}.`);
    return (await response.json()) as ApiDocument;
  },
  staleTime: Number.POSITIVE_INFINITY,
});

/** Whose right a request uses. */
export type Credential = { readonly kind: "session" } | { readonly kind: "token"; readonly token: string } | { readonly kind: "none" };

export interface Answer {
  readonly status: number;
  readonly took: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly text: string;
}

/** Longer texts are cut on the screen. */
const MOST_TEXT = 200_000;

export async function send({ method, address, headers, body }: Prepared, credential: Credential): Promise<Answer> {
  const request = new Request(address, { method, headers, ...(body === undefined ? {} : { body }), credentials: credential.kind === "session" ? "same-origin" : "omit" });
  if (credential.kind === "token") request.headers.set("authorization", `Bearer ${credential.token}`);
  const began = performance.now();
  const response = await (credential.kind === "session" ? authorized(session, (one) => fetch(one))(request) : fetch(request));
  const took = Math.round(performance.now() - began);
  return { status: response.status, took, headers: [...response.headers], text: await textOf(response) };
}

async function textOf(response: Response): Promise<string> {
  const type = response.headers.get("content-type") ?? "";
  if (!/json|text|xml|mpegurl/.test(type)) {
    const { size } = await response.blob();
    return size === 0 ? "" : `${size} bytes of ${type || "unknown type"}`;
  }
  const text = (await response.text()).slice(0, MOST_TEXT);
  if (!type.includes("json")) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
