import type { ReactNode } from "react";
import { Card } from "@/components/ui/card";
import { type ApiDocument, limitsOf, type Operation, typeOf } from "../document";
import { Code } from "./code";
import { Method } from "./operation-list";
import { Prose } from "./prose";
import { SchemaView } from "./schema-view";

interface OperationViewProps {
  readonly operation: Operation;
  readonly document: ApiDocument;
  /** The form that sends it. */
  readonly children: ReactNode;
}

/** What an operation takes and answers. */
export function OperationView({ operation, document, children }: OperationViewProps) {
  const { method, path, summary, description, permission, needsSignIn, parameters, body, replies } = operation;
  return (
    <article aria-labelledby="operation" className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4">
      <header className="grid gap-2">
        <h2 id="operation" tabIndex={-1} className="text-lg font-semibold outline-none">
          {summary}
        </h2>
        <p className="flex items-baseline gap-2">
          <Method method={method} />
          <code className="min-w-0 break-all">{path}</code>
        </p>
        <Prose text={description} />
        <p className="text-xs text-muted-foreground">
          {permission !== undefined ? (
            <>
              Needs the permission <code className="text-foreground">{permission}</code>.
            </>
          ) : needsSignIn ? (
            "Needs a sign-in or token."
          ) : (
            "Needs no sign-in."
          )}
        </p>
      </header>
      {children}
      {parameters.length > 0 && (
        <Part title="Parameters">
          <dl className="divide-y">
            {parameters.map((one) => (
              <div key={`${one.in} ${one.name}`} className="grid gap-x-4 gap-y-1 py-2 sm:grid-cols-[12rem_minmax(0,1fr)]">
                <dt className="break-all">
                  <code className="font-medium">{one.name}</code>
                  {one.required && <span className="ml-2 text-xs text-warning">required</span>}
                </dt>
                <dd className="grid min-w-0 gap-1">
                  <p className="text-xs break-words text-muted-foreground">{[one.in, typeOf(one.schema), ...limitsOf(one.schema)].join(" · ")}</p>
                  <Prose text={one.description ?? ""} />
                </dd>
              </div>
            ))}
          </dl>
        </Part>
      )}
      {body && (
        <Part title="Body" about={body.type}>
          <SchemaView schema={body.schema} document={document} />
        </Part>
      )}
      <Part title="Responses">
        {replies.map(({ status, description: about, type, schema, example }) => (
          <details key={status} className="border-b py-1 last:border-b-0">
            <summary className="cursor-pointer rounded-sm py-1.5 outline-none focus-visible:ring-2 focus-visible:ring-ring touch:py-3">
              <code className="mr-3 font-semibold">{status}</code>
              {about}
            </summary>
            <div className="grid gap-3 py-2 sm:pl-6">
              {type !== undefined && <p className="text-xs text-muted-foreground">{type}</p>}
              {schema && <SchemaView schema={schema} document={document} />}
              {example !== undefined && <Code label={`Example of a response with status ${status}`} text={JSON.stringify(example, null, 2)} />}
            </div>
          </details>
        ))}
      </Part>
    </article>
  );
}

function Part({ title, about, children }: { readonly title: string; readonly about?: string; readonly children: ReactNode }) {
  return (
    <Card className="p-4">
      <h3 className="flex items-baseline gap-3 font-semibold">
        {title} {about !== undefined && <span className="text-xs font-normal text-muted-foreground">{about}</span>}
      </h3>
      <div className="mt-1">{children}</div>
    </Card>
  );
}
