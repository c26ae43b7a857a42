import { useMutation } from "@tanstack/react-query";
import { ConfirmDialog } from "@/components/confirm-dialog";
import type { Camera } from "@/lib/api/types";
import { formatDuration } from "@/lib/time/format";
import { deleteCamera } from "../api/manage";

interface DeleteCameraProps {
  readonly camera: Camera;
  onDeleted(): void;
  onClose(): void;
}

export function DeleteCamera({ camera, onDeleted, onClose }: DeleteCameraProps) {
  const remove = useMutation({ mutationFn: () => deleteCamera(camera.id), onSuccess: onDeleted });
  const kept =
    camera.retention_seconds === null
      ? "What was recorded stays on the disk until the space is needed"
      : `What was recorded stays on the disk until it is ${formatDuration(camera.retention_seconds * 1_000)} old`;
  return (
    <ConfirmDialog title={`Delete ${camera.name}?`} action="Delete the camera" pending={remove.isPending} error={remove.error} onConfirm={() => remove.mutate()} onClose={onClose}>
      Recording stops at once, and the camera is gone from all lists. {kept}, but this page does not show the footage of deleted cameras: download first what you need, and delete first what is to go now. This can't be undone.
    </ConfirmDialog>
  );
}
