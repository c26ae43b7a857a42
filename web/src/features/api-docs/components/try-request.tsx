import { useMutation } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Field } from "@/components/form/field";
import { FormProblem } from "@/components/form/form-problem";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { Textarea } from "@/components/ui/textarea";
import { type Answer, type Credential, send } from "../api";
import type { Operation } from "../document";
import { curlOf, emptyOf, type Filled, keyOf, prepare, problemsOf } from "../request";
import { Code } from "./code";

interface TryRequestProps {
  readonly operation: Operation;
  readonly credential: Credential;
}

/** Fills in an operation and sends it. One that changes something does so: there is no other server to try it on. */
export function TryRequest({ operation, credential }: TryRequestProps) {
  const [filled, setFilled] = useState<Filled>(() => emptyOf(operation));
  const [tried, setTried] = useState(false);
  const request = useMutation({ mutationFn: () => send(prepare(operation, filled), credential) });
  const problems = tried ? problemsOf(operation, filled) : {};
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(problemsOf(operation, filled)).length === 0) request.mutate();
  };
  const set = (key: string, value: string) => setFilled((before) => ({ ...before, values: { ...before.values, [key]: value } }));
  return (
    <Card className="p-4">
      <h3 className="font-semibold">Try it</h3>
      <form className="mt-3 grid gap-3" onSubmit={submit} aria-label="Try it" noValidate>
        <div className="grid gap-3 sm:grid-cols-2">
          {operation.parameters.map((one) => (
            <Field key={keyOf(one)} label={`${one.name} (${one.in}${one.required ? ", required" : ""})`} problem={problems[keyOf(one)]}>
              {(described) => <Input {...described} autoComplete="off" spellCheck={false} value={filled.values[keyOf(one)] ?? ""} onChange={(event) => set(keyOf(one), event.target.value)} />}
            </Field>
          ))}
        </div>
        {operation.body && (
          <Field label="Body" problem={problems["body"]}>
            {(described) => (
              <Textarea {...described} rows={8} spellCheck={false} className="font-mono text-xs" value={filled.body} onChange={(event) => setFilled((before) => ({ ...before, body: event.target.value }))} />
            )}
          </Field>
        )}
        <div className="flex flex-wrap items-center gap-3">
          <Button type="submit" pending={request.isPending}>
            <Send aria-hidden /> Send {operation.method}
          </Button>
          {operation.method !== "GET" && <p className="text-xs text-muted-foreground">This changes this server.</p>}
        </div>
      </form>
      <div aria-live="polite" className="mt-3 grid gap-3 empty:hidden">
        {request.error && <FormProblem error={request.error} />}
        {request.data && <Answered answer={request.data} />}
      </div>
      <details className="mt-3">
        <summary className="w-fit cursor-pointer rounded-sm text-xs text-muted-foreground outline-none focus-visible:ring-2 focus-visible:ring-ring touch:py-3.5">As a command</summary>
        <div className="mt-2">
          <Code label="The request as a command" text={curlOf(prepare(operation, filled), location.origin, operation.needsSignIn)} />
        </div>
      </details>
    </Card>
  );
}

function Answered({ answer }: { readonly answer: Answer }) {
  return (
    <div className="grid gap-2" data-testid="answer" data-status={answer.status}>
      <p className="flex items-center gap-3">
        <Badge variant={answer.status < 400 ? "ok" : "destructive"}>{answer.status}</Badge>
        <span className="text-xs text-muted-foreground tabular-nums">{answer.took} ms</span>
      </p>
      {answer.text !== "" && <Code label="The response" text={answer.text} />}
      <details>
        <summary className="w-fit cursor-pointer rounded-sm text-xs text-muted-foreground outline-none focus-visible:ring-2 focus-visible:ring-ring touch:py-3.5">Headers</summary>
        <div className="mt-2">
          <Code label="Headers of the response" text={answer.headers.map(([name, value]) => `${name}: ${value}`).join("\n")} />
        </div>
      </details>
    </div>
  );
}
