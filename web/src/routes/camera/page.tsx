import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeft, FileLock2, History, Trash2 } from "lucide-react";
import { useState } from "react";
import { Page } from "@/components/page";
import { Empty, LoadFailed, LoadingRows } from "@/components/states";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { cameraQuery, camerasKey } from "@/features/cameras/api/manage";
import { CameraFacts } from "@/features/cameras/components/camera-facts";
import { CameraState } from "@/features/cameras/components/camera-state";
import { DeleteCamera } from "@/features/cameras/components/delete-camera";
import { DeleteFootage } from "@/features/cameras/components/delete-footage";
import { FootageDeletionState } from "@/features/cameras/components/footage-deletion";
import { SettingsForm } from "@/features/cameras/components/settings-form";
import { ApiError } from "@/lib/api/client";
import type { Camera } from "@/lib/api/types";
import { can } from "@/lib/session/permissions";
import { useMe } from "@/lib/session/use-session";

/** One camera: how it is, and how it should be. */
export function CameraPage({ id }: { readonly id: string }) {
  const me = useMe();
  const camera = useQuery({ ...cameraQuery(id), enabled: can(me, "camera:read") });
  const mayWrite = can(me, "camera:write");
  const mayWatch = can(me, "recording:read");
  const isMissing = camera.error instanceof ApiError && camera.error.status === 404;
  return (
    <Page
      title={camera.data?.name ?? (isMissing ? "Camera not found" : "Camera")}
      permission="camera:read"
      actions={camera.data && <Actions camera={camera.data} mayDelete={mayWrite && camera.data.managed_by === "api"} mayPurge={can(me, "recording:delete")} mayWatch={mayWatch} />}
    >
      {camera.data ? (
        <Details camera={camera.data} mayWrite={mayWrite} mayWatch={mayWatch} />
      ) : isMissing ? (
        <Empty title="There is no such camera">
          It may have been deleted.{" "}
          <Link to="/cameras" search={{}} className="text-primary underline underline-offset-4">
            To the cameras
          </Link>
        </Empty>
      ) : camera.isError ? (
        <LoadFailed what="The camera" error={camera.error} onRetry={() => void camera.refetch()} />
      ) : (
        <LoadingRows what="the camera" />
      )}
    </Page>
  );
}

interface ActionsProps {
  readonly camera: Camera;
  readonly mayDelete: boolean;
  /** Whether its footage may be deleted. */
  readonly mayPurge: boolean;
  readonly mayWatch: boolean;
}

function Actions({ camera, mayDelete, mayPurge, mayWatch }: ActionsProps) {
  const [deleting, setDeleting] = useState<"camera" | "footage">();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const gone = async () => {
    await navigate({ to: "/cameras", search: {}, replace: true });
    queryClient.removeQueries({ queryKey: cameraQuery(camera.key).queryKey });
    void queryClient.invalidateQueries({ queryKey: camerasKey });
  };
  return (
    <div className="flex flex-wrap gap-2">
      <Button asChild variant="ghost" size="sm">
        <Link to="/cameras" search={{}}>
          <ArrowLeft aria-hidden /> All cameras
        </Link>
      </Button>
      {mayWatch && (
        <Button asChild variant="outline" size="sm">
          <Link to="/" search={{ camera: camera.key }}>
            <History aria-hidden /> Footage
          </Link>
        </Button>
      )}
      {mayPurge && (
        <Button variant="outline" size="sm" onClick={() => setDeleting("footage")}>
          <Trash2 aria-hidden /> Delete footage…
        </Button>
      )}
      {mayDelete && (
        <Button variant="outline" size="sm" onClick={() => setDeleting("camera")}>
          <Trash2 aria-hidden /> Delete…
        </Button>
      )}
      {deleting === "camera" && <DeleteCamera camera={camera} onDeleted={() => void gone()} onClose={() => setDeleting(undefined)} />}
      {deleting === "footage" && <DeleteFootage camera={camera} onClose={() => setDeleting(undefined)} />}
    </div>
  );
}

function Details({ camera, mayWrite, mayWatch }: { readonly camera: Camera; readonly mayWrite: boolean; readonly mayWatch: boolean }) {
  const queryClient = useQueryClient();
  const known = (next: Camera) => {
    for (const id of [next.key, next.id]) queryClient.setQueryData(cameraQuery(id).queryKey, next);
    void queryClient.invalidateQueries({ queryKey: [...camerasKey, "list"] });
    void queryClient.invalidateQueries({ queryKey: [...camerasKey, "tags"] });
  };
  const isOfFile = camera.managed_by === "file";
  return (
    <>
      <CameraState camera={camera} mayWrite={mayWrite} />
      {mayWatch && <FootageDeletionState camera={camera} />}
      {isOfFile && (
        <Alert role="note" data-testid="of-file">
          <FileLock2 className="text-muted-foreground" aria-hidden />
          <p>
            This camera stands in the configuration file, so it can't be changed or deleted here. Change it in <code>nightjar.toml</code>, then restart Nightjar.
          </p>
        </Alert>
      )}
      {mayWrite && !isOfFile ? <SettingsForm camera={camera} onKnown={known} /> : <CameraFacts camera={camera} />}
    </>
  );
}
