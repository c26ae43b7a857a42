import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { Field } from "@/components/form/field";
import { fieldProblem, FormProblem, unlessShown } from "@/components/form/form-problem";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogTitle } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Textarea } from "@/components/ui/textarea";
import type { CameraGroup, GroupInput } from "@/lib/api/types";
import { addGroup, changeGroup } from "../api/groups";

interface GroupDialogProps {
  /** None: a new one. */
  readonly group: CameraGroup | undefined;
  onSaved(): void;
  onClose(): void;
}

const FIELDS = ["name", "description"] as const;

export function GroupDialog({ group, onSaved, onClose }: GroupDialogProps) {
  const [name, setName] = useState(group?.name ?? "");
  const [description, setDescription] = useState(group?.description ?? "");
  const about = useId();
  const save = useMutation({
    mutationFn: (wanted: GroupInput) => (group ? changeGroup({ group, wanted }) : addGroup(wanted)),
    onSuccess: onSaved,
  });
  const wanted = { name: name.trim(), description: description.trim() };
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
          <FormProblem error={unlessShown(save.error, FIELDS)} />
          <Field label="Name" problem={problem("name")}>
            {(described) => <Input {...described} name="group-name" autoComplete="off" required maxLength={255} value={name} onChange={(event) => setName(event.target.value)} />}
          </Field>
          <Field label="Description (optional)" problem={problem("description")}>
            {(described) => <Textarea {...described} name="group-description" maxLength={2000} value={description} onChange={(event) => setDescription(event.target.value)} />}
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
