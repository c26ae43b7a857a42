import { useMutation } from "@tanstack/react-query";
import { CircleAlert, ScanEye } from "lucide-react";
import { type FormEvent, useState } from "react";
import { fieldProblem, FormProblem, unlessShown } from "@/components/form/form-problem";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import type { Camera, ProbeInput } from "@/lib/api/types";
import { complete, hostOf, suggestedName } from "../address";
import { addCamera, probeCamera } from "../api/manage";
import { type Draft, NEW, newCameraOf } from "../draft";
import { NameField, SortingFields } from "./place-fields";
import { ProbeResult, type Trial } from "./probe-result";
import { SourceFields } from "./source-fields";

const FIELDS = ["source.main_url", "source.username", "source.password", "source.transport", "name", "group_id", "tags", "url", "username", "password", "transport"] as const;

/** A new camera: where it is, what it shows, what it is called. */
export function AddForm({ onSaved }: { onSaved(camera: Camera): void }) {
  const [draft, setDraft] = useState<Draft>(NEW);
  const [named, setNamed] = useState(false);
  const tried = useMutation({ mutationFn: probeCamera });
  const save = useMutation({ mutationFn: (wanted: Draft) => addCamera(newCameraOf(wanted)), onSuccess: onSaved });
  const trial = trialOf(tried, draft);
  const set = (change: Partial<Draft>) =>
    setDraft((before) => {
      const next = { ...before, ...change };
      return named ? next : { ...next, name: suggestedName(next.url) };
    });
  const attempt = () => {
    const wanted = { ...draft, url: complete(draft.url) };
    setDraft(wanted);
    save.reset();
    tried.mutate(probeInputOf(wanted));
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { submitter } = event.nativeEvent as SubmitEvent;
    if (submitter instanceof HTMLButtonElement && submitter.value === "try") attempt();
    else save.mutate(draft);
  };
  const probeError = trial.kind === "failed" ? trial.error : undefined;
  const problem = (field: string) => fieldProblem(save.error, field) ?? fieldProblem(probeError, field);
  const isShown = trial.kind !== "failed" || unlessShown(trial.error, FIELDS) !== undefined;
  return (
    <form className="grid gap-4" onSubmit={submit} aria-label="Add a camera">
      <Card className="grid gap-4 p-4 sm:p-6">
        <h2 className="font-semibold">Where it is</h2>
        <SourceFields draft={draft} problem={problem} onDraft={set} />
        {/* The enter key tries what was not seen yet, and saves what was. */}
        <Button
          type={trial.kind === "seen" ? "button" : "submit"}
          value="try"
          formNoValidate
          className="w-fit"
          variant={trial.kind === "seen" ? "outline" : "default"}
          pending={tried.isPending}
          disabled={draft.url.trim() === ""}
          {...(trial.kind === "seen" ? { onClick: attempt } : {})}
        >
          <ScanEye aria-hidden /> {tried.isPending ? "Trying…" : trial.kind === "untried" ? "Try it" : "Try it again"}
        </Button>
        {isShown && <ProbeResult trial={trial} />}
      </Card>
      <Card className="grid gap-4 p-4 sm:p-6">
        <h2 className="font-semibold">What it is called</h2>
        <NameField
          draft={draft}
          problem={problem}
          onName={(name) => {
            setNamed(name !== "");
            setDraft((before) => ({ ...before, name }));
          }}
        />
        <SortingFields draft={draft} problem={problem} onDraft={set} />
        {(trial.kind === "untried" || trial.kind === "failed") && draft.url.trim() !== "" && <NotSeen failed={trial.kind === "failed"} />}
        <FormProblem error={unlessShown(save.error, FIELDS)} />
        <Button type="submit" className="w-fit" variant={trial.kind === "seen" ? "default" : "outline"} pending={save.isPending} disabled={draft.url.trim() === "" || draft.name.trim() === ""}>
          {trial.kind === "seen" ? "Save and record" : "Save without having seen it"}
        </Button>
      </Card>
    </form>
  );
}

/** It may be saved all the same: the camera may be delivered tomorrow. */
function NotSeen({ failed }: { readonly failed: boolean }) {
  return (
    <Alert variant="warning" role="note" data-testid="not-seen">
      <CircleAlert aria-hidden />
      <p>{failed ? "The camera did not show a picture" : "The camera has not been tried"}: if it is saved like this, it may not be recorded. Nightjar will go on trying to reach it.</p>
    </Alert>
  );
}

function probeInputOf(draft: Draft): ProbeInput {
  return {
    url: complete(draft.url),
    transport: draft.transport,
    ...(draft.username ? { username: draft.username } : {}),
    ...(draft.password ? { password: draft.password } : {}),
  };
}

interface Tried {
  readonly isPending: boolean;
  readonly variables: ProbeInput | undefined;
  readonly data: Extract<Trial, { kind: "seen" }>["probe"] | undefined;
  readonly error: Error | null;
}

/** What was found out about another address than the one that stands there now is forgotten. */
function trialOf({ isPending, variables, data, error }: Tried, draft: Draft): Trial {
  if (variables === undefined || JSON.stringify(variables) !== JSON.stringify(probeInputOf(draft))) return { kind: "untried" };
  if (isPending) return { kind: "trying", host: hostOf(variables.url) };
  if (data) return { kind: "seen", probe: data };
  return error ? { kind: "failed", error } : { kind: "untried" };
}
