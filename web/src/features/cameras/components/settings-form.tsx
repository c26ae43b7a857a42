import { useMutation, useQuery } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { Field } from "@/components/form/field";
import { fieldProblem, FormProblem, unlessShown } from "@/components/form/form-problem";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { isConflict } from "@/lib/api/conflict";
import type { Camera } from "@/lib/api/types";
import { cameraQuery, changeCamera } from "../api/manage";
import { afterSaving, changedBetween, rebase } from "../conflict";
import { changeOf, type Draft, draftOf, problemsOf } from "../draft";
import { Conflict } from "./conflict";
import { NameField, SortingFields } from "./place-fields";
import { RecordingFields } from "./recording-fields";
import { AddressField, type PartProps, TransportField } from "./source-fields";
import { StoredCredentials } from "./stored-credentials";

interface SettingsFormProps {
  readonly camera: Camera;
  /** It is like this now: it was saved, or somebody else's change was seen. */
  onKnown(camera: Camera): void;
}

const FIELDS = [
  ...["name", "group_id", "tags", "location", "place", "company", "model", "serial_number", "mode", "audio", "segment_seconds", "retention_seconds", "retention_bytes"],
  ...["source.main_url", "source.sub_url", "source.username", "source.password", "source.transport"],
];

/** Everything about a camera that can be changed. */
export function SettingsForm({ camera, onKnown }: SettingsFormProps) {
  // What was read stays what a change is made of, whatever is loaded in the meantime.
  const [base, setBase] = useState(camera);
  const [draft, setDraft] = useState<Draft>(() => draftOf(camera));
  const newest = useQuery({ ...cameraQuery(camera.id), enabled: false });
  const take = (next: Camera, typed: Draft) => {
    setBase(next);
    setDraft(typed);
  };
  const settle = (next: Camera, typed: Draft) => {
    take(next, typed);
    save.reset();
    onKnown(next);
  };
  const save = useMutation({
    mutationFn: (wanted: Draft) => changeCamera({ camera: base, change: changeOf(base, wanted) }),
    onSuccess: (saved, wanted) => {
      setBase(saved);
      setDraft((typed) => afterSaving(wanted, saved, typed));
      onKnown(saved);
    },
    onError: (error) => void (isConflict(error) && newest.refetch()),
  });
  const set = (change: Partial<Draft>) => {
    if (save.isSuccess) save.reset();
    setDraft((before) => ({ ...before, ...change }));
  };
  const own = problemsOf(draft, base);
  const problem = (field: string) => own[field] ?? fieldProblem(save.error, field);
  if (mayFollow(base, camera, draft)) take(camera, rebase(base, camera, draft));
  const isChanged = Object.keys(changeOf(base, draft)).length > 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(draft);
  };
  const parts: PartProps = { draft, problem, onDraft: set };
  return (
    <form className="grid gap-4" onSubmit={submit} aria-label="Settings">
      <Part title="What it is">
        <NameField draft={draft} problem={problem} onName={(name) => set({ name })} />
        <SortingFields {...parts} />
        <PlaceFields {...parts} />
      </Part>
      <Part title="Where its picture comes from">
        <AddressField {...parts} label="Address of the main stream" hint="This one is recorded." isRequired />
        <SubAddressField {...parts} />
        <StoredCredentials {...parts} has={base.source.has_credentials} />
        <TransportField {...parts} />
      </Part>
      <Part title="Recording">
        <RecordingFields {...parts} />
      </Part>
      {isConflict(save.error) ? (
        <Conflict
          before={base}
          now={newest.data && newest.data.version > base.version ? newest.data : undefined}
          isLoading={newest.isFetching}
          error={newest.error}
          onRetry={() => void newest.refetch()}
          onMine={(now) => settle(now, rebase(base, now, draft))}
          onTheirs={(now) => settle(now, draftOf(now))}
        />
      ) : (
        <FormProblem error={unlessShown(save.error, FIELDS)} />
      )}
      <div className="sticky bottom-0 z-10 -mx-1 flex flex-wrap items-center gap-3 border-t bg-background/95 px-1 py-3 backdrop-blur">
        <Button type="submit" pending={save.isPending} disabled={!isChanged || Object.keys(own).length > 0 || isConflict(save.error)}>
          {save.isPending ? "Saving…" : "Save"}
        </Button>
        <Button variant="outline" disabled={!isChanged} onClick={() => take(base, draftOf(base))}>
          Undo all
        </Button>
        <p role="status" className="flex items-center gap-1.5 text-sm text-ok">
          {save.isSuccess && !isChanged && (
            <>
              <CircleCheck className="size-4" aria-hidden /> Saved
            </>
          )}
        </p>
      </div>
    </form>
  );
}

/** A newer version that was loaded is taken over unseen if nobody could mind: nothing was typed, or nothing that is shown differs. */
function mayFollow(base: Camera, camera: Camera, draft: Draft): boolean {
  if (camera.version <= base.version) return false;
  const isTyped = Object.keys(changeOf(base, draft)).length > 0;
  return !isTyped || (changedBetween(base, camera).length === 0 && draft.credentials === "keep");
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Card className="p-4 sm:p-6">
      <fieldset className="grid items-start gap-4 sm:grid-cols-2">
        <legend className="float-left w-full font-semibold sm:col-span-2">{title}</legend>
        {children}
      </fieldset>
    </Card>
  );
}

function SubAddressField({ draft, problem, onDraft }: PartProps) {
  return (
    <Field label="Address of the sub stream (optional)" hint="A smaller picture, where the camera has one." problem={problem("source.sub_url")}>
      {(described) => (
        <Input {...described} inputMode="url" autoComplete="off" autoCapitalize="none" spellCheck={false} placeholder="rtsp://" value={draft.subUrl} onChange={(event) => onDraft({ subUrl: event.target.value })} />
      )}
    </Field>
  );
}

const TEXTS = [
  ["location", "location", "Location", "Site or building.", 200],
  ["place", "place", "Place", "Where it is there: floor, door, pole.", 200],
  ["company", "company", "Maker", undefined, 100],
  ["model", "model", "Model", undefined, 100],
  ["serial", "serial_number", "Serial number", "Each only once.", 100],
] as const;

function PlaceFields({ draft, problem, onDraft }: PartProps) {
  return TEXTS.map(([key, field, label, hint, most]) => (
    <Field key={key} label={label} {...(hint === undefined ? {} : { hint })} problem={problem(field)}>
      {(described) => <Input {...described} autoComplete="off" maxLength={most} value={draft[key]} onChange={(event) => onDraft({ [key]: event.target.value })} />}
    </Field>
  ));
}
