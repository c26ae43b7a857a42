import { CircleAlert, CircleCheck, Loader2 } from "lucide-react";
import { useEffect, useState } from "react";
import { FormProblem } from "@/components/form/form-problem";
import { Alert } from "@/components/ui/alert";
import type { CameraProbe } from "@/lib/api/types";
import { formatBitrate, formatFps } from "@/lib/time/format";
import { codecName } from "../codecs";
import { type ProbeProblem, probeProblem } from "../probe-problem";

/** How far the try of an address is. */
export type Trial =
  | { readonly kind: "untried" }
  | { readonly kind: "trying"; readonly host: string }
  | { readonly kind: "seen"; readonly probe: CameraProbe }
  | { readonly kind: "failed"; readonly error: Error };

/** What came of it; told to screen readers when it changes. */
export function ProbeResult({ trial }: { readonly trial: Trial }) {
  return (
    <div aria-live="polite" data-testid="trial" data-trial={trial.kind} className="empty:hidden">
      {trial.kind === "trying" && <Trying host={trial.host} />}
      {trial.kind === "seen" && <Seen probe={trial.probe} />}
      {trial.kind === "failed" && <Failed error={trial.error} />}
    </div>
  );
}

/** The server gives up after 8 s. */
const PATIENCE = 8;

function Trying({ host }: { readonly host: string }) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((before) => Math.min(PATIENCE, before + 1)), 1_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <div className="grid gap-2 rounded-lg border p-4">
      <p className="flex items-center gap-2">
        <Loader2 className="size-4 shrink-0 animate-spin text-primary" aria-hidden />
        <span className="min-w-0 truncate">{host ? `Connecting to ${host}, and waiting for a picture…` : "Connecting, and waiting for a picture…"}</span>
      </p>
      <progress aria-label="Trying the camera" className="h-1.5 w-full appearance-none overflow-hidden rounded-full bg-muted [&::-moz-progress-bar]:bg-primary [&::-webkit-progress-bar]:bg-muted [&::-webkit-progress-value]:bg-primary [&::-webkit-progress-value]:transition-all" max={PATIENCE} value={seconds} />
    </div>
  );
}

function Seen({ probe }: { readonly probe: CameraProbe }) {
  const { video, audio, bitrate, picture, picture_missing: missing } = probe;
  const facts = [
    ["Picture", `${codecName(video.codec)}, ${video.width}×${video.height}`],
    ["Frames", video.fps === null ? "too few to tell" : formatFps(video.fps)],
    ["Key frame", video.key_frame_interval === null ? "only one came" : `every ${video.key_frame_interval} s`],
    ["Sound", audio === null ? "none" : `${codecName(audio.codec)}, ${audio.sample_rate / 1_000} kHz, ${audio.channels === 1 ? "mono" : "stereo"}`],
    ["Bit rate", bitrate === null ? "not known yet" : formatBitrate(bitrate)],
  ];
  return (
    <div className="grid gap-4 rounded-lg border p-4 sm:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      {picture ? (
        <img
          src={`data:${picture.content_type};base64,${picture.data}`}
          alt="What the camera sees now"
          className="w-full rounded-md bg-black object-contain"
          style={{ aspectRatio: `${video.width} / ${video.height}` }}
        />
      ) : (
        <p className="flex items-center justify-center rounded-md border border-dashed p-6 text-center text-sm text-muted-foreground">No picture can be shown here: {missing ?? "not known why"}. It can be recorded all the same.</p>
      )}
      <div className="grid content-start gap-3">
        <p className="flex items-center gap-2 font-medium text-ok">
          <CircleCheck className="size-4 shrink-0" aria-hidden /> The camera answers
        </p>
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm">
          {facts.map(([term, value]) => (
            <div key={term} className="contents">
              <dt className="text-muted-foreground">{term}</dt>
              <dd className="tabular-nums">{value}</dd>
            </div>
          ))}
        </dl>
      </div>
    </div>
  );
}

function Failed({ error }: { readonly error: Error }) {
  const problem = probeProblem(error);
  return problem ? <Why problem={problem} /> : <FormProblem error={error} />;
}

function Why({ problem }: { readonly problem: ProbeProblem }) {
  return (
    <Alert variant="destructive" data-reason={problem.reason}>
      <CircleAlert aria-hidden />
      <div className="min-w-0">
        <p className="font-medium">{problem.title}</p>
        <ul className="mt-1 list-disc pl-4 text-muted-foreground">
          {problem.advice.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </div>
    </Alert>
  );
}
