import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { Field } from "@/components/form/field";
import { fieldProblem, FormProblem, unlessShown } from "@/components/form/form-problem";
import { GroupScope } from "@/components/group-scope";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogTitle } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Textarea } from "@/components/ui/textarea";
import type { Me } from "@/lib/api/types";
import { now } from "@/lib/time/clock";
import { type MadeToken, makeToken } from "../api/tokens";
import { EMPTY, LIFETIMES, mayBeMade, newTokenOf, type TokenDraft } from "../draft";
import { PermissionBoxes } from "./permission-boxes";

interface NewTokenDialogProps {
  readonly me: Me;
  onMade(made: MadeToken): void;
  onClose(): void;
}

const FIELDS = ["name", "remark", "rate_limit", "expires_at", "allowed_ips", "groups"] as const;

export function NewTokenDialog({ me, onMade, onClose }: NewTokenDialogProps) {
  const [draft, setDraft] = useState<TokenDraft>(EMPTY);
  const about = useId();
  const make = useMutation({ mutationFn: makeToken, onSuccess: onMade });
  const set = (change: Partial<TokenDraft>) => setDraft((before) => ({ ...before, ...change }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate(newTokenOf(draft, now()));
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent aria-describedby={about} className="sm:max-w-lg">
        <DialogTitle className="pr-6">Make an API token</DialogTitle>
        <DialogDescription id={about}>
          A program sends it as <code>Authorization: Bearer</code> instead of signing in.
        </DialogDescription>
        <form className="grid gap-4" onSubmit={submit}>
          <FormProblem error={unlessShown(make.error, FIELDS)} />
          <Field label="Name" problem={fieldProblem(make.error, "name")}>
            {(described) => (
              <Input {...described} name="token-name" autoComplete="off" required maxLength={100} placeholder="Backup script" value={draft.name} onChange={(event) => set({ name: event.target.value })} />
            )}
          </Field>
          <Field label="Remark (optional)" problem={fieldProblem(make.error, "remark")}>
            {(described) => <Input {...described} name="remark" autoComplete="off" maxLength={500} value={draft.remark} onChange={(event) => set({ remark: event.target.value })} />}
          </Field>
          <PermissionBoxes available={me.permissions} chosen={draft.permissions} onChange={(permissions) => set({ permissions })} />
          <GroupScope groups={draft.groups} problem={fieldProblem(make.error, "groups")} onChange={(groups) => set({ groups })} />
          <Limits draft={draft} error={make.error} onDraft={set} />
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" pending={make.isPending} disabled={!mayBeMade(draft)}>
              Make the token
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

interface LimitsProps {
  readonly draft: TokenDraft;
  readonly error: Error | null;
  onDraft(change: Partial<TokenDraft>): void;
}

function Limits({ draft, error, onDraft }: LimitsProps) {
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Ends after" problem={fieldProblem(error, "expires_at")}>
          {(described) => (
            <NativeSelect {...described} name="lifetime" value={String(draft.lifetime)} onChange={(event) => onDraft({ lifetime: Number(event.target.value) })}>
              {LIFETIMES.map(([days, name]) => (
                <option key={days} value={days}>
                  {name}
                </option>
              ))}
            </NativeSelect>
          )}
        </Field>
        <Field label="Requests an hour" problem={fieldProblem(error, "rate_limit")}>
          {(described) => (
            <Input {...described} name="rate-limit" type="number" min={1} step={1} required value={draft.rateLimit} onChange={(event) => onDraft({ rateLimit: event.target.value })} />
          )}
        </Field>
      </div>
      <Field
        label="Only from these addresses (optional)"
        hint="Addresses or networks like 10.0.0.0/8, one a line. Empty: from anywhere."
        problem={fieldProblem(error, "allowed_ips")}
      >
        {(described) => (
          <Textarea {...described} name="addresses" spellCheck={false} rows={2} value={draft.addresses} onChange={(event) => onDraft({ addresses: event.target.value })} />
        )}
      </Field>
    </>
  );
}
