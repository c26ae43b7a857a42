/** A request as it is filled in on the page. */
import type { Operation } from "./document";

export interface Filled {
  /** By `in` and name, as `path id`. */
  readonly values: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Prepared {
  readonly method: string;
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export function emptyOf({ body, parameters }: Operation): Filled {
  const values = Object.fromEntries(parameters.filter((one) => one.required && one.example !== undefined).map((one) => [keyOf(one), String(one.example)]));
  return { values, body: body?.example === undefined ? "" : JSON.stringify(body.example, null, 2) };
}

export function keyOf({ in: place, name }: Operation["parameters"][number]): string {
  return `${place} ${name}`;
}

/** What is missing or wrong, by key; `body` for the body. */
export function problemsOf(operation: Operation, { values, body }: Filled): Readonly<Record<string, string>> {
  const missing = operation.parameters.filter((one) => one.required && (values[keyOf(one)] ?? "") === "").map((one) => [keyOf(one), "Required."]);
  return Object.fromEntries([...missing, ...bodyProblem(operation, body)]);
}

function bodyProblem({ body: wanted }: Operation, text: string): readonly (readonly [string, string])[] {
  if (!wanted) return [];
  if (text.trim() === "") return wanted.required ? [["body", "Required."]] : [];
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    return [["body", `Not valid JSON: ${error instanceof Error ? error.message : String(error)}`]];
  }
}

export function prepare({ method, path, parameters, body: wanted }: Operation, { values, body }: Filled): Prepared {
  const given = (place: string) => parameters.filter((one) => one.in === place).flatMap((one) => ((values[keyOf(one)] ?? "") === "" ? [] : [[one.name, values[keyOf(one)] ?? ""] as const]));
  const address = given("path").reduce((text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(value)), path);
  const query = new URLSearchParams(given("query").map(([name, value]) => [name, value])).toString();
  const text = wanted && body.trim() !== "" ? body : undefined;
  return {
    method,
    address: query === "" ? address : `${address}?${query}`,
    headers: { ...Object.fromEntries(given("header")), ...(text === undefined || !wanted ? {} : { "content-type": wanted.type }) },
    body: text,
  };
}

/** The same request for a shell; the token stays a variable. */
export function curlOf({ method, address, headers, body }: Prepared, origin: string, needsToken: boolean): string {
  const all = [...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`), ...(needsToken ? ['-H "Authorization: Bearer $TOKEN"'] : [])];
  return [`curl ${method === "GET" ? "" : `-X ${method} `}${quoted(origin + address)}`, ...all, ...(body === undefined ? [] : [`-d ${quoted(body)}`])].join(" \\\n  ");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
