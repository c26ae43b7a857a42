import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { ChangedNotice } from "@/components/form/changed-notice";
import { Field } from "@/components/form/field";
import { fieldProblem, FormProblem, unlessShown } from "@/components/form/form-problem";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogTitle } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Textarea } from "@/components/ui/textarea";
import { changedFields, onTop, type Outcome, savedOrNewest } from "@/lib/api/conflict";
import { groupsQuery } from "@/lib/api/groups";
import type { CameraGroup, GroupInput } from "@/lib/api/types";
import { addGroup, changeGroup, readGroup } from "../api/groups";

interface GroupDialogProps {
  /** None: a new one. */
  readonly group: CameraGroup | undefined;
  onSaved(): void;
  onClose(): void;
}

const FIELDS = ["name", "description"] as const;

const NAMES = { name: "name", description: "description" };

export function GroupDialog({ group: opened, onSaved, onClose }: GroupDialogProps) {
  const [group, setGroup] = useState(opened);
  const [draft, setDraft] = useState(() => draftOf(opened));
  const [changed, setChanged] = useState<readonly string[]>();
  const about = useId();
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: async (wanted: GroupInput): Promise<Outcome<CameraGroup>> =>
      group ? savedOrNewest(changeGroup({ group, wanted }), () => readGroup(group.id)) : { kind: "saved", value: await addGroup(wanted) },
    onSuccess: ({ kind, value }) => {
      if (kind === "saved") return onSaved();
      setGroup(value);
      setDraft((typed) => onTop(draftOf(group), draftOf(value), typed));
      setChanged(changedFields(NAMES, draftOf(group), draftOf(value)));
      void queryClient.invalidateQueries({ queryKey: groupsQuery.queryKey });
    },
  });
  const wanted = { name: draft.name.trim(), description: draft.description.trim() };
  const isSame = wanted.name === group?.name && wanted.description === group.description;
  // What the catalog refuses is only ever the name.
  const problem = (field: (typeof FIELDS)[number]) => fieldProblem(save.error, field);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(wanted);
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent aria-describedby={about}>
        <DialogTitle className="pr-6">{group ? `Edit ${group.name}` : "Add a group"}</DialogTitle>
        <DialogDescription id={about}>Accounts and API tokens can be limited to the cameras of a group.</DialogDescription>
        <form className="grid gap-4" onSubmit={submit}>
          <ChangedNotice what="group" fields={changed} />
          <FormProblem error={unlessShown(save.error, FIELDS)} />
          <Field label="Name" problem={problem("name")}>
            {(described) => <Input {...described} name="group-name" autoComplete="off" required maxLength={255} value={draft.name} onChange={(event) => setDraft({ ...draft, name: event.target.value })} />}
          </Field>
          <Field label="Description (optional)" problem={problem("description")}>
            {(described) => <Textarea {...described} name="group-description" maxLength={2000} value={draft.description} onChange={(event) => setDraft({ ...draft, description: event.target.value })} />}
          </Field>
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" pending={save.isPending} disabled={wanted.name === "" || isSame}>
              {group ? "Save" : "Add the group"}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

function draftOf(group: CameraGroup | undefined) {
  return { name: group?.name ?? "", description: group?.description ?? "" };
}
