import { useId } from "react";
import { Field } from "@/components/form/field";
import { Checkbox } from "@/components/ui/checkbox";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { NativeSelect } from "@/components/ui/native-select";
import type { AudioPolicy, Mode } from "@/lib/api/types";
import { BYTES, SECONDS } from "../amount";
import { AmountField } from "./amount-field";
import type { PartProps } from "./source-fields";

/** When a camera is recorded, how, and how long the footage is kept. */
export function RecordingFields({ draft, problem, onDraft }: PartProps) {
  const id = useId();
  return (
    <>
      <div className="flex items-start gap-2.5 sm:col-span-2">
        <Checkbox id={id} className="mt-0.5" checked={draft.enabled} onCheckedChange={(on) => onDraft({ enabled: on === true })} />
        <div>
          <Label htmlFor={id}>Switched on</Label>
          <p className="mt-0.5 text-xs text-muted-foreground">Without this, nothing is asked of the camera and nothing is recorded; its footage stays.</p>
        </div>
      </div>
      <Field label="When it is recorded" problem={problem("mode")}>
        {(described) => (
          <NativeSelect {...described} value={draft.mode} onChange={(event) => onDraft({ mode: event.target.value as Mode })}>
            <option value="continuous">Always</option>
            <option value="off">Only when started by hand</option>
          </NativeSelect>
        )}
      </Field>
      <Field label="Sound" problem={problem("audio")}>
        {(described) => (
          <NativeSelect {...described} value={draft.audio} onChange={(event) => onDraft({ audio: event.target.value as AudioPolicy })}>
            <option value="aac">Recorded, as AAC</option>
            <option value="none">Left out</option>
          </NativeSelect>
        )}
      </Field>
      <AmountField
        label="Keep footage for"
        hint="What is older is deleted. Without a limit it stays until the space is needed."
        amount={draft.keepTime}
        units={SECONDS}
        problem={problem("retention_seconds")}
        onAmount={(keepTime) => onDraft({ keepTime })}
      />
      <AmountField
        label="Keep at most"
        hint="Of more than this, the oldest is deleted."
        amount={draft.keepBytes}
        units={BYTES}
        problem={problem("retention_bytes")}
        onAmount={(keepBytes) => onDraft({ keepBytes })}
      />
      <Field label="Length of files (seconds)" hint="900 is 15 minutes. A crash costs no more than the last seconds, however long a file is." problem={problem("segment_seconds")}>
        {(described) => <Input {...described} inputMode="numeric" required value={draft.segment} onChange={(event) => onDraft({ segment: event.target.value })} />}
      </Field>
    </>
  );
}
