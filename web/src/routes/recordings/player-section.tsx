import type { Camera } from "@/features/cameras/api/cameras";
import { RecordingBadge } from "@/features/cameras/components/recording-badge";
import { PlayerPanel } from "@/features/playback/components/player-panel";
import type { Player } from "@/features/playback/engine/new-player";
import type { Footage, Gap, Millis } from "@/lib/footage/types";
import { linkTo } from "./search";

interface PlayerSectionProps {
  readonly player: Player;
  readonly camera: Camera;
  readonly target: Millis | "latest";
  readonly footage: Footage;
  readonly gaps: readonly Gap[] | undefined;
  readonly now: Millis;
  onSeek(at: Millis): void;
  onMoment(at: Millis): void;
  onClose(): void;
}

/** Puts the player and the camera's state together. */
export function PlayerSection({ camera, now, ...props }: PlayerSectionProps) {
  return (
    <PlayerPanel
      {...props}
      camera={camera}
      now={now}
      status={<RecordingBadge recording={camera.recording} />}
      linkTo={(at) => linkTo(location.origin, camera.key, at)}
    />
  );
}
