import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ConfirmDialog } from "@/components/confirm-dialog";
import type { Camera } from "@/lib/api/types";
import { deleteFootage, deletionsQuery } from "../api/manage";

interface DeleteFootageProps {
  readonly camera: Camera;
  onClose(): void;
}

export function DeleteFootage({ camera, onClose }: DeleteFootageProps) {
  const queryClient = useQueryClient();
  const remove = useMutation({
    mutationFn: () => deleteFootage(camera.id),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: deletionsQuery(camera.id).queryKey });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={`Delete the footage of ${camera.name}?`}
      action="Delete the footage"
      typed={camera.name}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      All that was recorded until now is deleted, from the disk and from the bucket; only the file that is being written stays. The camera itself stays, and recording goes on. This can't be undone: download first what you need.
    </ConfirmDialog>
  );
}
