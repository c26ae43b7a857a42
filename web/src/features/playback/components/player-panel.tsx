import { X } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { IconButton } from "@/components/icon-button";
import { Card } from "@/components/ui/card";
import { nextGap, previousGap } from "@/lib/footage/navigate";
import type { Footage, Gap, Millis } from "@/lib/footage/types";
import { formatFull } from "@/lib/time/format";
import type { Player } from "../engine/player";
import { Controls } from "./controls";
import { CopyLink, useCopy } from "./copy-link";
import { Downloads, useDownloads } from "./downloads";
import { GapList } from "./gap-list";
import { Moment } from "./moment";
import { Picture } from "./picture";
import { Scrubber } from "./scrubber";
import { SkippedNotice } from "./skipped-notice";
import { useCommands } from "./use-commands";
import { useSnapshot } from "./use-player";

interface PlayerPanelProps {
  readonly player: Player;
  readonly camera: { readonly id: string; readonly name: string };
  /** What to play: each new value is gone to. */
  readonly target: Millis | "latest";
  readonly footage: Footage;
  /** The gaps of the time that the page shows; none while they are not known. */
  readonly gaps: readonly Gap[] | undefined;
  readonly now: Millis;
  /** The camera's recording state. */
  readonly status: ReactNode;
  linkTo(at: Millis): string;
  /** A moment was chosen in the panel: the address should say so. */
  onSeek(at: Millis): void;
  onClose(): void;
}

export function PlayerPanel({ player, camera, target, footage, gaps, now, status, linkTo, onSeek, onClose }: PlayerPanelProps) {
  const { state, at, rate, skipped } = useSnapshot(player);
  const [copied, copy, forgetCopy] = useCopy();
  const downloads = useDownloads(camera.id, at);
  const stage = useRef<HTMLDivElement>(null);

  const seek = useSeek(player, target, onSeek);

  const commands = useCommands({
    player,
    footage,
    onCopyLink: (moment) => copy(linkTo(moment)),
    onFullscreen: () => void (document.fullscreenElement ? document.exitFullscreen() : stage.current?.requestFullscreen()),
  });

  return (
    <Card aria-label={`Player: ${camera.name}`} className="grid gap-x-4 p-3 lg:grid-cols-[minmax(0,1fr)_19rem]" data-testid="player">
      <div className="min-w-0">
        <div ref={stage} className="flex flex-col justify-center bg-black/0">
          <Picture
            player={player}
            state={state}
            label={at === undefined ? camera.name : `${camera.name}, ${formatFull(at)}`}
            muted={commands.muted}
            now={now}
            notice={skipped && <SkippedNotice skipped={skipped} footage={footage} now={now} onDismiss={() => player.dismissSkipped()} />}
            onDownloadSegment={downloads.segment}
          />
        </div>
        <Scrubber
          label={`${camera.name}: position`}
          footage={footage}
          at={at}
          range={commands.marks}
          now={now}
          onSeek={seek}
        />
        <div className="mt-3">
          <Controls
            playing={!(state.kind === "ready" && state.phase === "paused")}
            rate={rate}
            muted={commands.muted}
            hasPreviousGap={at !== undefined && previousGap(footage, at) !== undefined}
            hasNextGap={at !== undefined && nextGap(footage, at) !== undefined}
            onCommand={commands.run}
            onRate={(value) => player.setRate(value)}
          />
        </div>
      </div>
      <aside className="flex min-h-0 min-w-0 flex-col gap-4 pt-3 lg:pt-0">
        <div className="flex items-start justify-between gap-2">
          <div className="min-w-0">
            <h2 className="truncate text-base font-semibold">{camera.name}</h2>
            {status}
          </div>
          <IconButton label="Close the player" onClick={onClose}>
            <X aria-hidden />
          </IconButton>
        </div>
        <Moment at={at} />
        <div className="flex flex-wrap gap-2">
          <CopyLink copied={copied} disabled={at === undefined} onClick={() => commands.run({ kind: "copy-link" })} onLeave={forgetCopy} />
          <Downloads cameraId={camera.id} at={at} marks={commands.marks} now={now} onSegment={downloads.segment} onRange={downloads.range} />
        </div>
        {downloads.problem && (
          <p role="alert" className="text-xs text-destructive">
            {downloads.problem}
          </p>
        )}
        <div className="flex min-h-0 flex-1 flex-col lg:h-0">
          <h3 className="mb-1 px-2 text-xs font-medium text-muted-foreground">Gaps in the time shown</h3>
          <div className="min-h-0 flex-1 lg:overflow-y-auto">
            <GapList gaps={gaps} at={at} now={now} onSeek={seek} />
          </div>
        </div>
      </aside>
    </Card>
  );
}

/** Keeps the player at the moment that the address names, and the address at what is chosen here. */
function useSeek(player: Player, target: Millis | "latest", onSeek: (at: Millis) => void): (at: Millis) => void {
  const told = useRef<Millis | "latest">(undefined);
  // The player is outside of React: it is told when the address asks for another moment.
  useEffect(() => {
    if (told.current === target) return;
    told.current = target;
    if (target === "latest") player.latest();
    else player.goTo(target);
  }, [player, target]);
  return (at) => {
    told.current = Math.round(at);
    player.goTo(told.current);
    onSeek(told.current);
  };
}
