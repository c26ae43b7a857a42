import { cn } from "@/lib/cn";
import { causeLabel } from "@/lib/footage/causes";
import type { Millis } from "@/lib/footage/types";
import { useKnownNow } from "@/lib/time/as-of";
import { formatDuration } from "@/lib/time/format";
import type { Recording } from "../api/cameras";

/** The recording state in a dot and words: the words alone are enough. */
export function RecordingBadge({ recording }: { readonly recording: Recording }) {
  const now = useKnownNow();
  return (
    <span className={cn("inline-flex min-w-0 items-center gap-1.5 text-xs font-medium", tone(recording))} data-state={recording.kind}>
      <Dot recording={recording} />
      <span className="truncate">{describe(recording, now)}</span>
    </span>
  );
}

function Dot({ recording }: { readonly recording: Recording }) {
  return (
    <span aria-hidden className="relative flex size-2 shrink-0">
      <span className={cn("size-2 rounded-full bg-current", recording.kind === "off" && "bg-transparent ring-1 ring-current")} />
    </span>
  );
}

function describe(recording: Recording, now: Millis): string {
  switch (recording.kind) {
    case "recording":
      return `Recording${lasting(recording.since, now)}`;
    case "connecting":
      return "Connecting…";
    case "gap":
      return `${causeLabel(recording.cause)}${lasting(recording.since, now)}`;
    case "off":
      return "Off";
  }
}

/** ` for 2 min 14 s`; whole seconds, because it changes each second. */
function lasting(since: Millis | undefined, now: Millis): string {
  return since === undefined ? "" : ` for ${formatDuration(Math.max(0, Math.floor((now - since) / 1000) * 1000))}`;
}

function tone(recording: Recording): string {
  if (recording.kind === "recording") return "text-ok";
  return recording.kind === "gap" ? "text-destructive" : "text-muted-foreground";
}
