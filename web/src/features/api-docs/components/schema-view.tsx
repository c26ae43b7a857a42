import { type ApiDocument, innerOf, limitsOf, type Schema, typeOf } from "../document";
import { Prose } from "./prose";

interface SchemaViewProps {
  readonly schema: Schema | undefined;
  readonly document: ApiDocument;
  /** Names of the schemas around: one inside of itself is not opened again. */
  readonly around?: readonly string[];
}

/** The fields of a schema; schemas inside are opened one by one. */
export function SchemaView({ schema, document, around = [] }: SchemaViewProps) {
  if (!schema) return <p className="text-muted-foreground">No schema.</p>;
  if (schema.properties) {
    return (
      <dl className="divide-y">
        {Object.entries(schema.properties).map(([name, field]) => (
          <div key={name} className="grid gap-x-4 gap-y-1 py-2 sm:grid-cols-[12rem_minmax(0,1fr)]">
            <dt className="break-all">
              <code className="font-medium">{name}</code>
              {schema.required?.includes(name) && <span className="ml-2 text-xs text-warning">required</span>}
            </dt>
            <dd className="grid min-w-0 gap-1">
              <About schema={field} />
              <Inner schema={field} document={document} around={around} />
            </dd>
          </div>
        ))}
      </dl>
    );
  }
  return (
    <div className="grid gap-1 py-1">
      <About schema={schema} />
      <Inner schema={schema} document={document} around={around} />
    </div>
  );
}

function About({ schema }: { readonly schema: Schema }) {
  // The description of a choice stands at what can be chosen.
  const description = schema.description ?? schema.oneOf?.find((one) => one.description !== undefined)?.description ?? "";
  return (
    <>
      <p className="text-xs break-words text-muted-foreground">{[typeOf(schema), ...limitsOf(schema)].join(" · ")}</p>
      <Prose text={description} />
    </>
  );
}

function Inner({ schema, document, around }: Required<Omit<SchemaViewProps, "schema">> & { readonly schema: Schema }) {
  return innerOf(schema, document).map(([name, inner]) =>
    around.includes(name) ? null : (
      <details key={name} className="rounded-md border px-3">
        <summary className="w-fit cursor-pointer rounded-sm py-1.5 text-xs font-medium outline-none focus-visible:ring-2 focus-visible:ring-ring touch:py-3.5">{name}</summary>
        <Prose text={inner.description ?? ""} className="text-xs" />
        <SchemaView schema={inner} document={document} around={[...around, name]} />
      </details>
    ),
  );
}
