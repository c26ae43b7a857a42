import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { FolderPlus } from "lucide-react";
import { useState } from "react";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Page } from "@/components/page";
import { Empty, LoadFailed, LoadingRows } from "@/components/states";
import { Button } from "@/components/ui/button";
import { deleteGroup } from "@/features/groups/api/groups";
import { GroupDialog } from "@/features/groups/components/group-dialog";
import { GroupList } from "@/features/groups/components/group-list";
import { groupsQuery } from "@/lib/api/groups";
import type { CameraGroup } from "@/lib/api/types";
import { can } from "@/lib/session/permissions";
import { useMe } from "@/lib/session/use-session";

type Open = { readonly kind: "nothing" | "add" } | { readonly kind: "edit" | "delete"; readonly group: CameraGroup };

const NOTHING: Open = { kind: "nothing" };

/** Groups of cameras. */
export function GroupsPage() {
  const me = useMe();
  const [open, setOpen] = useState<Open>(NOTHING);
  // Whoever is limited to groups does not make or change any.
  const mayChange = can(me, "camera:write") && me?.groups === null;
  return (
    <Page
      title="Groups"
      about="Cameras that belong together, and to which accounts can be limited."
      permission="camera:read"
      actions={
        mayChange && (
          <Button onClick={() => setOpen({ kind: "add" })}>
            <FolderPlus aria-hidden /> Add a group
          </Button>
        )
      }
    >
      <Groups mayChange={mayChange} open={open} onOpen={setOpen} />
    </Page>
  );
}

interface GroupsProps {
  readonly mayChange: boolean;
  readonly open: Open;
  onOpen(open: Open): void;
}

function Groups({ mayChange, open, onOpen }: GroupsProps) {
  const groups = useQuery(groupsQuery);
  const queryClient = useQueryClient();
  const close = () => onOpen(NOTHING);
  const saved = () => {
    close();
    void queryClient.invalidateQueries({ queryKey: groupsQuery.queryKey });
  };
  return (
    <>
      {groups.data ? (
        groups.data.length === 0 ? (
          <Empty title="No groups yet">{mayChange ? "One for each building, or for each team, is a beginning." : "Somebody who may change cameras can add one."}</Empty>
        ) : (
          <GroupList groups={groups.data} mayChange={mayChange} onEdit={(group) => onOpen({ kind: "edit", group })} onDelete={(group) => onOpen({ kind: "delete", group })} />
        )
      ) : groups.isError ? (
        <LoadFailed what="The groups" error={groups.error} onRetry={() => void groups.refetch()} />
      ) : (
        <LoadingRows what="the groups" />
      )}
      {open.kind === "add" && <GroupDialog group={undefined} onSaved={saved} onClose={close} />}
      {open.kind === "edit" && <GroupDialog group={open.group} onSaved={saved} onClose={close} />}
      {open.kind === "delete" && <Removal group={open.group} onClose={close} />}
    </>
  );
}

function Removal({ group, onClose }: { readonly group: CameraGroup; onClose(): void }) {
  const queryClient = useQueryClient();
  const remove = useMutation({
    mutationFn: () => deleteGroup(group.id),
    onSuccess: onClose,
    onSettled: () => {
      void queryClient.invalidateQueries({ queryKey: groupsQuery.queryKey });
      void queryClient.invalidateQueries({ queryKey: ["cameras"] });
    },
  });
  return (
    <ConfirmDialog title={`Delete the group ${group.name}?`} action="Delete the group" pending={remove.isPending} error={remove.error} onConfirm={() => remove.mutate()} onClose={onClose}>
      Its cameras stay, without a group. Accounts and API tokens that are limited to it don't see them any more. This can't be undone.
    </ConfirmDialog>
  );
}
