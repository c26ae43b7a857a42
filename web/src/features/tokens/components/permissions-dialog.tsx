import { useMutation } from "@tanstack/react-query";
import { useId, useState } from "react";
import { fieldProblem, FormProblem, unlessShown } from "@/components/form/form-problem";
import { GroupScope } from "@/components/group-scope";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogTitle } from "@/components/ui/dialog";
import type { ApiToken, Me } from "@/lib/api/types";
import { changePermissions } from "../api/tokens";
import { PermissionBoxes } from "./permission-boxes";

interface PermissionsDialogProps {
  readonly token: ApiToken;
  readonly me: Me;
  onSaved(): void;
  onClose(): void;
}

export function PermissionsDialog({ token, me, onSaved, onClose }: PermissionsDialogProps) {
  const [chosen, setChosen] = useState<readonly string[]>(token.permissions);
  const [groups, setGroups] = useState(token.groups);
  const about = useId();
  const save = useMutation({ mutationFn: changePermissions, onSuccess: onSaved });
  // What the token has already stays on offer, also to an administrator with other rights.
  const available = [...new Set([...me.permissions, ...token.permissions])];
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent aria-describedby={about} className="sm:max-w-lg">
        <DialogTitle className="pr-6">Permissions of “{token.name}”</DialogTitle>
        <DialogDescription id={about}>They hold within seconds. The secret stays the same.</DialogDescription>
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate({ token, permissions: chosen, groups });
          }}
        >
          <FormProblem error={unlessShown(save.error, ["groups"])} />
          <PermissionBoxes available={available} chosen={chosen} onChange={setChosen} />
          <GroupScope groups={groups} problem={fieldProblem(save.error, "groups")} onChange={setGroups} />
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" pending={save.isPending} disabled={chosen.length === 0}>
              Save
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
