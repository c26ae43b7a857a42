import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, CirclePause, Loader2, LockOpen, Play, Square } from "lucide-react";
import { type ReactNode, useState } from "react";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { FormProblem } from "@/components/form/form-problem";
import { StaleNotice } from "@/components/stale-notice";
import { Time } from "@/components/time";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import type { Camera, CameraStatus } from "@/lib/api/types";
import { formatBitrate, formatFps } from "@/lib/time/format";
import { camerasKey, cameraStatusQuery, switchRecording } from "../api/manage";
import { codecName } from "../codecs";
import { type Verdict, verdictOf } from "../why";

interface CameraStateProps {
  readonly camera: Camera;
  readonly mayWrite: boolean;
}

/** Whether a camera is recorded now, and if not, why and what to do. */
export function CameraState({ camera, mayWrite }: CameraStateProps) {
  const status = useQuery(cameraStatusQuery(camera.id));
  if (!status.data) {
    return (
      <Card className="p-4 sm:p-6">
        {status.isError ? <FormProblem error={status.error} /> : <Skeleton role="status" aria-label="Loading the state" className="h-12 w-full" />}
      </Card>
    );
  }
  const verdict = verdictOf(camera, status.data);
  return (
    <Card className="grid gap-4 p-4 sm:p-6" data-testid="camera-state" data-state={verdict.kind} aria-label="What is going on with it">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div aria-live="polite" className="min-w-0 flex-1">
          <Words verdict={verdict} status={status.data} />
        </div>
        {mayWrite && camera.enabled && <ByHand camera={camera} status={status.data} />}
      </div>
      <StaleNotice answer={status} />
      {status.data.password_in_clear && (
        <Alert variant="warning">
          <LockOpen aria-hidden />
          <p>This camera takes its password only in the clear (Basic): everybody on the way can read it. Switch the authentication of RTSP in the camera's settings to Digest.</p>
        </Alert>
      )}
      <Figures status={status.data} />
    </Card>
  );
}

function Words({ verdict, status }: { readonly verdict: Verdict; readonly status: CameraStatus }) {
  const since = status.since !== null && (
    <>
      {" "}
      since <Time at={status.since} />
    </>
  );
  switch (verdict.kind) {
    case "recording":
      return (
        <Headline icon={<CircleCheck className="text-ok" aria-hidden />}>
          Recording{since}
        </Headline>
      );
    case "starting":
      return (
        <>
          <Headline icon={<Loader2 className="animate-spin text-primary" aria-hidden />}>Connecting…</Headline>
          <p className="mt-1 pl-7 text-muted-foreground">Recording begins within a few seconds.</p>
        </>
      );
    case "gap":
      return (
        <>
          <Headline icon={<CircleAlert className="text-destructive" aria-hidden />}>
            Not recording{since}: {verdict.title.toLowerCase()}
          </Headline>
          {verdict.details !== "" && <p className="mt-1 pl-7 break-words">{verdict.details}</p>}
          <Advice lines={verdict.advice} />
        </>
      );
    case "off":
      return (
        <>
          <Headline icon={<CirclePause className="text-muted-foreground" aria-hidden />}>{verdict.title}</Headline>
          <Advice lines={verdict.advice} />
        </>
      );
  }
}

function Headline({ icon, children }: { readonly icon: ReactNode; readonly children: ReactNode }) {
  return (
    <p className="flex items-start gap-2 font-medium [&_svg]:mt-0.5 [&_svg]:size-5 [&_svg]:shrink-0">
      {icon}
      <span className="pt-0.5">{children}</span>
    </p>
  );
}

function Advice({ lines }: { readonly lines: readonly string[] }) {
  return (
    <ul aria-label="What to do" className="mt-1 list-disc pl-11 text-muted-foreground">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

/** Overrides what the mode says, until it is done again. */
function ByHand({ camera, status }: { readonly camera: Camera; readonly status: CameraStatus }) {
  const queryClient = useQueryClient();
  const turn = useMutation({
    mutationFn: switchRecording,
    onSuccess: (next) => {
      queryClient.setQueryData(cameraStatusQuery(camera.id).queryKey, next);
      return queryClient.invalidateQueries({ queryKey: camerasKey });
    },
  });
  const [asks, setAsks] = useState(false);
  const on = !status.wants_recording;
  return (
    <div className="grid justify-items-end gap-2">
      <Button variant="outline" size="sm" pending={turn.isPending} onClick={() => (on ? turn.mutate({ id: camera.id, on }) : setAsks(true))}>
        {on ? <Play aria-hidden /> : <Square aria-hidden />} {on ? "Start recording" : "Stop recording"}
      </Button>
      {!asks && <FormProblem error={turn.error} />}
      {asks && (
        <ConfirmDialog
          title={`Stop recording ${camera.name}?`}
          action="Stop recording"
          error={turn.error}
          pending={turn.isPending}
          onConfirm={() => turn.mutate({ id: camera.id, on: false }, { onSuccess: () => setAsks(false) })}
          onClose={() => setAsks(false)}
        >
          Nothing is recorded from then on, until somebody starts it again. Footage that is already recorded stays.
        </ConfirmDialog>
      )}
    </div>
  );
}

function Figures({ status }: { readonly status: CameraStatus }) {
  const size = status.width !== null && status.height !== null ? `${status.width}×${status.height}` : "—";
  const facts: readonly (readonly [string, ReactNode])[] = [
    ["Connected", status.connected ? "Yes" : "No"],
    ["Picture", size],
    ["Codecs", status.codecs.length > 0 ? status.codecs.map(codecName).join(", ") : "—"],
    ["Frames", status.connected ? formatFps(status.fps) : "—"],
    ["Bit rate", status.connected ? formatBitrate(status.bitrate) : "—"],
    ["Newest picture", <Time key="newest" at={status.last_frame} otherwise="none yet" />],
    ["Reconnected", `${status.reconnects} ×`],
  ];
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-3 border-t pt-4 sm:grid-cols-4 lg:grid-cols-7">
      {facts.map(([term, value]) => (
        <div key={term} className="min-w-0">
          <dt className="text-xs text-muted-foreground">{term}</dt>
          <dd className="truncate tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
