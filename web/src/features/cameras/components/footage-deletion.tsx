import { useQuery } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { Time } from "@/components/time";
import { Alert } from "@/components/ui/alert";
import type { Camera } from "@/lib/api/types";
import { formatBytes } from "@/lib/time/format";
import { deletionsQuery } from "../api/manage";
import { lastDeletion, progressOf } from "../deletion";

/** How far the newest deletion of the camera's footage is, if there was one lately. */
export function FootageDeletionState({ camera }: { readonly camera: Camera }) {
  const newest = useQuery({ ...deletionsQuery(camera.id), select: (all) => lastDeletion(all, Date.now()) }).data;
  if (!newest) return null;
  return (
    <Alert role="status" data-testid="footage-deletion" data-state={newest.state}>
      <Trash2 className="text-muted-foreground" aria-hidden />
      <p>
        {progressOf(newest)} {formatBytes(newest.deleted.bytes)}. Asked for by {newest.requested_by}, <Time at={newest.requested_at} />.
      </p>
    </Alert>
  );
}
