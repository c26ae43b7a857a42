import { X } from "lucide-react";
import { type ReactNode, useState } from "react";
import { IconButton } from "@/components/icon-button";
import { Card } from "@/components/ui/card";
import type { Footage, Gap, Millis } from "@/lib/footage/types";
import type { Player } from "../engine/player";
import { CopyLink, useCopy } from "./copy-link";
import { Downloads, useDownloads } from "./downloads";
import { GapList } from "./gap-list";
import { KeysDialog } from "./keys-dialog";
import { Moment } from "./moment";
import { PlayerStage } from "./player-stage";
import { useCommands } from "./use-commands";
import { useFullscreen } from "./use-fullscreen";
import { useSnapshot } from "./use-player";
import { useTarget } from "./use-target";

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
  /** A moment was chosen in the panel: what is around it should show it. */
  onSeek(at: Millis): void;
  /** This moment is shown now: the address should say so. */
  onMoment(at: Millis): void;
  onClose(): void;
}

export function PlayerPanel({ player, camera, target, footage, gaps, now, status, linkTo, onSeek, onMoment, onClose }: PlayerPanelProps) {
  const { at } = useSnapshot(player);
  const [copied, copy, forgetCopy] = useCopy();
  const downloads = useDownloads(camera.id, at);
  const [helps, setHelps] = useState(false);
  const fullscreen = useFullscreen();
  useTarget(player, target, onMoment);
  const seek = (moment: Millis) => {
    player.goTo(moment);
    onSeek(moment);
  };

  const commands = useCommands({
    player,
    footage,
    onCopyLink: (moment) => copy(linkTo(moment)),
    onFullscreen: fullscreen.toggle,
    onHelp: () => setHelps(true),
    onEscape: () => void (fullscreen.leave() || onClose()),
  });

  return (
    <Card aria-label={`Player: ${camera.name}`} className="grid gap-x-4 p-3 lg:grid-cols-[minmax(0,1fr)_19rem]" data-testid="player">
      <div className="min-w-0">
        <PlayerStage
          player={player}
          camera={camera}
          footage={footage}
          now={now}
          commands={commands}
          fullscreen={fullscreen}
          onSeek={seek}
          onDownloadSegment={downloads.segment}
        >
          {helps && <KeysDialog onClose={() => setHelps(false)} />}
        </PlayerStage>
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
