import type { ReactNode } from "react";
import { nextGap, previousGap } from "@/lib/footage/navigate";
import type { Footage, Millis } from "@/lib/footage/types";
import { formatDay, formatFull, formatPreciseClock } from "@/lib/time/format";
import type { Player } from "../engine/player";
import { Controls } from "./controls";
import { Picture } from "./picture";
import { Scrubber } from "./scrubber";
import { SkippedNotice } from "./skipped-notice";
import { Stage } from "./stage";
import type { Commands } from "./use-commands";
import type { useFullscreen } from "./use-fullscreen";
import { useSnapshot } from "./use-player";

interface PlayerStageProps {
  readonly player: Player;
  readonly camera: { readonly name: string };
  readonly footage: Footage;
  readonly now: Millis;
  readonly commands: Commands;
  readonly fullscreen: ReturnType<typeof useFullscreen>;
  /** Dialogs, which must be on the stage to be seen in full screen. */
  readonly children: ReactNode;
  onSeek(at: Millis): void;
  onDownloadSegment(): void;
}

/** The picture with its scrubber and its buttons. */
export function PlayerStage({ player, camera, footage, now, commands, fullscreen, children, onSeek, onDownloadSegment }: PlayerStageProps) {
  const { state, at, rate, skipped } = useSnapshot(player);
  return (
    <Stage
      fullscreen={fullscreen}
      onToggle={() => player.toggle()}
      title={
        <p className="flex flex-wrap items-baseline justify-between gap-x-4">
          <span className="truncate text-base font-semibold">{camera.name}</span>
          <span className="tabular-nums">{at !== undefined && `${formatDay(at)}, ${formatPreciseClock(at)}`}</span>
        </p>
      }
      picture={
        <Picture
          player={player}
          state={state}
          label={at === undefined ? camera.name : `${camera.name}, ${formatFull(at)}`}
          muted={commands.muted}
          now={now}
          notice={skipped && <SkippedNotice skipped={skipped} footage={footage} now={now} onDismiss={() => player.dismissSkipped()} />}
          onDownloadSegment={onDownloadSegment}
        />
      }
      bar={
        <>
          <Scrubber
            label={`${camera.name}: position`}
            footage={footage}
            at={at}
            range={commands.marks}
            now={now}
            onSeek={onSeek}
            onScrub={(moment, phase) => (phase === "move" ? player.scrub(moment) : player.endScrub())}
          />
          <div className="mt-3">
            <Controls
              playing={!(state.kind === "ready" && state.phase === "paused")}
              rate={rate}
              muted={commands.muted}
              isFull={fullscreen.isFull}
              hasPreviousGap={at !== undefined && previousGap(footage, at) !== undefined}
              hasNextGap={at !== undefined && nextGap(footage, at) !== undefined}
              onCommand={commands.run}
              onRate={(value) => player.setRate(value)}
            />
          </div>
          {children}
        </>
      }
    />
  );
}
