import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { Field } from "@/components/form/field";
import { fieldProblem, FormProblem, unlessShown } from "@/components/form/form-problem";
import { TagInput } from "@/components/form/tag-input";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogTitle } from "@/components/ui/dialog";
import { camerasKey, changeTags, tagsQuery } from "../api/manage";

interface BulkTagsProps {
  /** Ids. */
  readonly cameras: readonly string[];
  onDone(): void;
  onClose(): void;
}

/** Tags for many cameras at once: all of them change, or none. */
export function BulkTags({ cameras, onDone, onClose }: BulkTagsProps) {
  const queryClient = useQueryClient();
  const tags = useQuery(tagsQuery).data ?? [];
  const [add, setAdd] = useState<readonly string[]>([]);
  const [remove, setRemove] = useState<readonly string[]>([]);
  const about = useId();
  const known = tags.map(({ tag }) => tag);
  const change = useMutation({
    mutationFn: changeTags,
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: camerasKey });
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ cameras, add, remove });
  };
  const many = cameras.length === 1 ? "1 camera" : `${cameras.length} cameras`;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent aria-describedby={about}>
        <DialogTitle className="pr-6">Tag {many}</DialogTitle>
        <DialogDescription id={about}>Enter or a comma ends each tag. Other tags of the cameras stay.</DialogDescription>
        <form className="grid gap-4" onSubmit={submit}>
          <FormProblem error={unlessShown(change.error, ["add", "remove"])} />
          <Field label="Give them" problem={fieldProblem(change.error, "add")}>
            {(described) => <TagInput described={described} tags={add} known={known} onTags={setAdd} />}
          </Field>
          <Field label="Take from them" problem={fieldProblem(change.error, "remove")}>
            {(described) => <TagInput described={described} tags={remove} known={known} onTags={setRemove} />}
          </Field>
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" pending={change.isPending} disabled={add.length + remove.length === 0}>
              Change the tags
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
