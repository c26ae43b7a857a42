import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { Field } from "@/components/form/field";
import { DelayedInput } from "@/components/form/delayed-input";
import { PageHeading } from "@/components/page";
import { Empty, LoadFailed, LoadingRows } from "@/components/states";
import { Card } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { type Credential, documentQuery } from "@/features/api-docs/api";
import { OperationList } from "@/features/api-docs/components/operation-list";
import { OperationView } from "@/features/api-docs/components/operation-view";
import { Prose } from "@/features/api-docs/components/prose";
import { TryRequest } from "@/features/api-docs/components/try-request";
import { type ApiDocument, operationsOf } from "@/features/api-docs/document";
import { nameOf } from "@/lib/session/permissions";
import { useMe } from "@/lib/session/use-session";

interface ApiDocsPageProps {
  /** The operation that is shown; none: what all have in common. */
  readonly op: string | undefined;
  readonly q: string | undefined;
}

/** The server's OpenAPI document, to be searched, read and tried. */
export function ApiDocsPage({ op, q }: ApiDocsPageProps) {
  const document = useQuery(documentQuery);
  return (
    <main id="main" tabIndex={-1} className="mx-auto max-w-[90rem] p-3 outline-none sm:p-6">
      <title>API · Nightjar</title>
      <PageHeading>API</PageHeading>
      <div className="mt-4">
        {document.data ? (
          <Reference document={document.data} op={op} q={q} />
        ) : document.isError ? (
          <LoadFailed what="The API's description" error={document.error} onRetry={() => void document.refetch()} />
        ) : (
          <LoadingRows what="the API's description" />
        )}
      </div>
    </main>
  );
}

function Reference({ document, op, q }: ApiDocsPageProps & { readonly document: ApiDocument }) {
  const navigate = useNavigate();
  const operations = useMemo(() => operationsOf(document), [document]);
  const [typed, setTyped] = useState(q ?? "");
  const [token, setToken] = useState("");
  const me = useMe();
  const credential: Credential = token.trim() !== "" ? { kind: "token", token: token.trim() } : me ? { kind: "session" } : { kind: "none" };
  const operation = operations.find(({ id }) => id === op);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6 lg:grid-cols-[20rem_minmax(0,1fr)]">
      <div className="grid grid-cols-[minmax(0,1fr)] content-start gap-4 lg:sticky lg:top-16 lg:max-h-[calc(100dvh-5rem)] lg:grid-rows-[auto_auto_minmax(0,1fr)]">
        <DelayedInput
          type="search"
          aria-label="Search operations"
          placeholder="Search operations"
          value={q ?? ""}
          onTyped={setTyped}
          onValue={(text) => void navigate({ to: "/api/docs", search: { ...(op === undefined ? {} : { op }), ...(text === "" ? {} : { q: text }) }, replace: true, resetScroll: false })}
        />
        <Field label="API token" hint={me ? `Without one, requests are sent as ${nameOf(me)}.` : "Without one, requests are sent without a sign-in."}>
          {(described) => <Input {...described} type="password" autoComplete="off" spellCheck={false} placeholder="njt_…" value={token} onChange={(event) => setToken(event.target.value)} />}
        </Field>
        {/* On a narrow window what was chosen comes first. */}
        <div className="max-lg:hidden lg:-mx-2 lg:overflow-y-auto lg:px-2 lg:pb-2">
          <OperationList document={document} operations={operations} query={typed} selected={op} />
        </div>
      </div>
      <div className="min-w-0">
        {operation ? (
          <OperationView key={operation.id} operation={operation} document={document}>
            <TryRequest operation={operation} credential={credential} />
          </OperationView>
        ) : op !== undefined ? (
          <Empty title="No such operation">This version of Nightjar has no operation “{op}”.</Empty>
        ) : (
          <Card className="p-4">
            <h2 className="font-semibold">
              {document.info.title} {document.info.version}
            </h2>
            <Prose text={document.info.description ?? ""} className="mt-2" />
            <p className="mt-3 text-muted-foreground">
              The document for programs:{" "}
              <a href="/api/openapi.json" className="text-primary underline underline-offset-4">
                openapi.json
              </a>
            </p>
          </Card>
        )}
      </div>
      <div className="lg:hidden">
        <OperationList document={document} operations={operations} query={typed} selected={op} />
      </div>
    </div>
  );
}
