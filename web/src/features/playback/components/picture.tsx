import { Download, FileX2, Loader2, RotateCcw, SearchX } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import type { Millis } from "@/lib/footage/types";
import { formatMoment } from "@/lib/time/format";
import type { PlayerState } from "../engine/state";
import { useMayDownload } from "./downloads";
import { useAttach } from "./use-player";
import type { Player } from "../engine/player";

interface PictureProps {
  readonly player: Player;
  readonly state: PlayerState;
  readonly label: string;
  readonly muted: boolean;
  readonly now: Millis;
  readonly notice: ReactNode;
  onDownloadSegment(): void;
}

/** The video, and over it what there is to say when there is no picture. */
export function Picture({ player, state, label, muted, now, notice, onDownloadSegment }: PictureProps) {
  const attach = useAttach(player);
  return (
    <div className="relative flex aspect-video max-h-[54vh] w-full items-center justify-center overflow-hidden rounded-md bg-black group-data-[fullscreen=true]/stage:aspect-auto group-data-[fullscreen=true]/stage:size-full group-data-[fullscreen=true]/stage:max-h-none group-data-[fullscreen=true]/stage:rounded-none" data-testid="picture" data-player={phaseOf(state)}>
      {/* Recorded by cameras: there are no captions. */}
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption */}
      <video ref={attach} className="size-full object-contain" muted={muted} playsInline aria-label={label} />
      <Overlay state={state} now={now} onRetry={() => player.retry()} onLatest={() => player.latest()} onDownloadSegment={onDownloadSegment} />
      <div aria-live="polite" className="absolute inset-x-3 bottom-3 flex justify-center group-data-[fullscreen=true]/stage:bottom-32">
        {notice}
      </div>
    </div>
  );
}

function phaseOf(state: PlayerState): string {
  return state.kind === "ready" ? state.phase : state.kind;
}

interface OverlayProps {
  readonly state: PlayerState;
  readonly now: Millis;
  onRetry(): void;
  onLatest(): void;
  onDownloadSegment(): void;
}

function DownloadThis({ onClick }: { onClick(): void }) {
  if (!useMayDownload()) return null;
  return (
    <Button size="sm" variant="secondary" onClick={onClick}>
      <Download aria-hidden /> Download this segment
    </Button>
  );
}

function Overlay({ state, now, onRetry, onLatest, onDownloadSegment }: OverlayProps) {
  switch (state.kind) {
    case "idle":
      return null;
    case "starting":
      return <Busy text="Opening footage" />;
    case "ready":
      if (state.phase === "buffering") return <Busy text="Loading" />;
      return state.phase === "waiting" ? <Corner text="Waiting for the next picture" /> : null;
    case "nothing":
      return (
        <Message icon={<SearchX aria-hidden />} title={`No footage from ${formatMoment(state.at, now)} on`}>
          <p>Nothing is recorded at this time or after it. The timeline says why.</p>
          <Button size="sm" variant="secondary" onClick={onLatest}>
            Go to the latest picture
          </Button>
        </Message>
      );
    case "unsupported":
      return (
        <Message icon={<FileX2 aria-hidden />} title="This browser can't decode the camera's codec">
          <p>
            {codecText(state.codecs)} The footage itself is fine: download it and open it in a player such as VLC, or use a browser that can decode it.
          </p>
          <DownloadThis onClick={onDownloadSegment} />
        </Message>
      );
    case "failed":
      return (
        <Message icon={<RotateCcw aria-hidden />} title="Playback stopped">
          <p>
            {state.message}
            {state.retryAt !== undefined && " Trying again by itself."}
          </p>
          <Button size="sm" variant="secondary" onClick={onRetry}>
            Try now
          </Button>
        </Message>
      );
  }
}

function codecText(codecs: string): string {
  if (/\b(hvc1|hev1)\b/.test(codecs)) return "It is recorded as H.265 (HEVC), which many browsers leave out.";
  return codecs ? `It is recorded as ${codecs}.` : "";
}

function Busy({ text }: { readonly text: string }) {
  return (
    <div role="status" className="pointer-events-none absolute inset-0 flex items-center justify-center text-white/90">
      <span className="flex items-center gap-2 rounded-md bg-black/60 px-3 py-1.5 text-sm">
        <Loader2 className="size-4 animate-spin" aria-hidden /> {text}
      </span>
    </div>
  );
}

function Corner({ text }: { readonly text: string }) {
  return (
    <span role="status" className="pointer-events-none absolute top-3 right-3 rounded-md bg-black/60 px-2 py-1 text-xs text-white/90">
      {text}
    </span>
  );
}

interface MessageProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly children: ReactNode;
}

function Message({ icon, title, children }: MessageProps) {
  return (
    <div role="status" className="dark absolute inset-0 flex flex-col items-center justify-center gap-3 bg-[oklch(0.16_0.01_225)] p-6 text-center text-sm text-white/75 [&>svg]:size-6 [&>svg]:text-white/50">
      {icon}
      <p className="text-base font-medium text-white">{title}</p>
      <div className="flex max-w-md flex-col items-center gap-4">{children}</div>
    </div>
  );
}
