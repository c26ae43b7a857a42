/** The server's OpenAPI document, as the page about it wants it: operations, parameters, and schemas as rows. */

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly example?: unknown;
}

interface Content {
  readonly schema?: Schema;
  readonly example?: unknown;
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Schema;
  readonly example?: unknown;
}

interface Reply {
  readonly $ref?: string;
  readonly description?: string;
  readonly content?: Readonly<Record<string, Content>>;
}

interface RawOperation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, Content>>; readonly required?: boolean };
  readonly responses?: Readonly<Record<string, Reply>>;
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly "x-permission"?: string;
}

export interface ApiDocument {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly tags?: readonly { readonly name: string; readonly description?: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>>; readonly responses?: Readonly<Record<string, Reply>> };
}

export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  readonly permission: string | undefined;
  readonly needsSignIn: boolean;
  readonly parameters: readonly Parameter[];
  readonly body: { readonly type: string; readonly schema: Schema | undefined; readonly example: unknown; readonly required: boolean } | undefined;
  readonly replies: readonly { readonly status: string; readonly description: string; readonly type: string | undefined; readonly schema: Schema | undefined; readonly example: unknown }[];
  /** What it can be found by, in lower case. */
  readonly text: string;
}

const METHODS = ["get", "post", "put", "patch", "delete"];

export function operationsOf(document: ApiDocument): readonly Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const raw = item[method];
      return raw ? [toOperation(document, path, method, raw)] : [];
    }),
  );
}

function toOperation(document: ApiDocument, path: string, method: string, raw: RawOperation): Operation {
  const [type, content] = Object.entries(raw.requestBody?.content ?? {})[0] ?? [];
  const id = raw.operationId ?? `${method} ${path}`;
  const [tag = "other"] = raw.tags ?? [];
  const { summary = id, description = "", parameters = [], "x-permission": permission } = raw;
  return {
    id, path, tag, summary, description, parameters, permission,
    method: method.toUpperCase(),
    needsSignIn: (raw.security ?? []).some((one) => Object.keys(one).length > 0),
    body: type === undefined ? undefined : { type, schema: content?.schema, example: content?.example, required: raw.requestBody?.required ?? false },
    replies: Object.entries(raw.responses ?? {}).map(([status, reply]) => toReply(document, status, reply)),
    text: [method, path, summary, id, tag, permission, description, ...parameters.map(({ name }) => name)].join(" ").toLowerCase(),
  };
}

function toReply(document: ApiDocument, status: string, reply: Reply): Operation["replies"][number] {
  const shared = reply.$ref === undefined ? reply : (document.components?.responses?.[nameOf(reply.$ref)] ?? reply);
  const [type, content] = Object.entries(shared.content ?? {})[0] ?? [];
  return { status, description: shared.description ?? "", type, schema: content?.schema, example: content?.example };
}

/** Those with all words, by tag in the document's order. */
export function found(operations: readonly Operation[], document: ApiDocument, query: string): readonly (readonly [tag: string, operations: readonly Operation[]])[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fitting = operations.filter(({ text }) => words.every((word) => text.includes(word)));
  const tags = [...new Set([...(document.tags ?? []).map(({ name }) => name), ...operations.map(({ tag }) => tag)])];
  return tags.map((tag) => [tag, fitting.filter((one) => one.tag === tag)] as const).filter(([, list]) => list.length > 0);
}

export function nameOf(ref: string): string {
  return ref.slice(ref.lastIndexOf("/") + 1);
}

/** `string (uuid) or null`, `list of Camera`; names of schemas stand for themselves. */
export function typeOf(schema: Schema | undefined): string {
  if (!schema) return "anything";
  if (schema.$ref !== undefined) return nameOf(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return [...new Set(choices.map(typeOf))].join(" or ");
  if (schema.allOf) return schema.allOf.map(typeOf).join(" and ");
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? []);
  const names = types.map((type) => {
    if (type === "array") return `list of ${typeOf(schema.items)}`;
    return schema.format !== undefined && type !== "null" ? `${type} (${schema.format})` : type;
  });
  return names.length > 0 ? names.join(" or ") : "anything";
}

/** `1 to 500`, `default 50`, `one of …`: what else holds for a value. */
export function limitsOf(schema: Schema | undefined): readonly string[] {
  if (!schema) return [];
  const { minimum, maximum, minLength, maxLength, pattern } = schema;
  return [
    ...(schema.enum ? [`one of ${schema.enum.map((value) => JSON.stringify(value)).join(", ")}`] : []),
    ...range(minimum, maximum),
    ...range(minLength, maxLength, " characters"),
    ...(schema.default === undefined ? [] : [`default ${JSON.stringify(schema.default)}`]),
    ...(pattern !== undefined && pattern.length <= 60 ? [`matches ${pattern}`] : []),
  ];
}

function range(low: number | undefined, high: number | undefined, unit = ""): readonly string[] {
  if (low !== undefined && high !== undefined) return [`${low} to ${high}${unit}`];
  if (low !== undefined) return [`at least ${low}${unit}`];
  return high !== undefined ? [`at most ${high}${unit}`] : [];
}

/** The schemas that a schema names itself, for what is inside. */
export function innerOf(schema: Schema | undefined, document: ApiDocument): readonly (readonly [name: string, schema: Schema])[] {
  if (!schema) return [];
  if (schema.$ref !== undefined) {
    const name = nameOf(schema.$ref);
    const inner = document.components?.schemas?.[name];
    return inner ? [[name, inner]] : [];
  }
  return [schema.items, ...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...(schema.allOf ?? []), typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined].flatMap((one) => innerOf(one, document));
}
