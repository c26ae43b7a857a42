import {
  ChevronFirst,
  ChevronLast,
  FastForward,
  Keyboard,
  Maximize,
  Minimize,
  Pause,
  Play,
  Rewind,
  SkipBack,
  SkipForward,
  StepForward,
  Volume2,
  VolumeX,
} from "lucide-react";
import { IconButton } from "@/components/icon-button";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import type { Command } from "../engine/shortcuts";
import { RATES } from "../engine/state";

interface ControlsProps {
  readonly playing: boolean;
  readonly rate: number;
  readonly muted: boolean;
  readonly isFull: boolean;
  readonly hasPreviousGap: boolean;
  readonly hasNextGap: boolean;
  onCommand(command: Command): void;
  onRate(rate: number): void;
}

/** The buttons under the picture. Each does what its key does. */
export function Controls({ playing, rate, muted, isFull, hasPreviousGap, hasNextGap, onCommand, onRate }: ControlsProps) {
  const jump = (seconds: number) => () => onCommand({ kind: "jump", seconds });
  return (
    <div role="toolbar" aria-label="Playback" className="flex flex-wrap items-center gap-x-1 gap-y-1.5 max-sm:gap-x-0.5">
      <IconButton label={playing ? "Pause" : "Play"} shortcut="Space" variant="default" onClick={() => onCommand({ kind: "toggle" })}>
        {playing ? <Pause aria-hidden fill="currentColor" /> : <Play aria-hidden fill="currentColor" />}
      </IconButton>
      <Divider />
      <span className="contents max-sm:hidden">
        <JumpButton label="Back 1 min" shortcut="Shift ←" text="1 min" onClick={jump(-60)} back />
      </span>
      <JumpButton label="Back 10 s" shortcut="J" text="10 s" onClick={jump(-10)} back />
      <JumpButton label="Forward 10 s" shortcut="L" text="10 s" onClick={jump(10)} />
      <span className="contents max-sm:hidden">
        <JumpButton label="Forward 1 min" shortcut="Shift →" text="1 min" onClick={jump(60)} />
      </span>
      <Divider />
      <IconButton label="Previous gap" shortcut="P" disabled={!hasPreviousGap} onClick={() => onCommand({ kind: "previous-gap" })}>
        <SkipBack aria-hidden />
      </IconButton>
      <IconButton label="Next gap" shortcut="N" disabled={!hasNextGap} onClick={() => onCommand({ kind: "next-gap" })}>
        <SkipForward aria-hidden />
      </IconButton>
      <Divider />
      <IconButton label="Start of a clip" shortcut="[" onClick={() => onCommand({ kind: "mark-in" })}>
        <ChevronFirst aria-hidden />
      </IconButton>
      <IconButton label="End of a clip" shortcut="]" onClick={() => onCommand({ kind: "mark-out" })}>
        <ChevronLast aria-hidden />
      </IconButton>
      <span className="flex-1" />
      <SpeedMenu rate={rate} onRate={onRate} />
      <Button variant="ghost" size="sm" className="max-sm:px-2" aria-label="Latest picture" aria-keyshortcuts="End" onClick={() => onCommand({ kind: "latest" })}>
        <StepForward aria-hidden /> <span className="max-sm:hidden">Latest</span>
      </Button>
      <IconButton label={muted ? "Sound on" : "Sound off"} shortcut="M" onClick={() => onCommand({ kind: "mute" })}>
        {muted ? <VolumeX aria-hidden /> : <Volume2 aria-hidden />}
      </IconButton>
      <IconButton label="Keyboard shortcuts" shortcut="?" className="pointer-coarse:hidden" onClick={() => onCommand({ kind: "help" })}>
        <Keyboard aria-hidden />
      </IconButton>
      <IconButton label={isFull ? "Leave full screen" : "Full screen"} shortcut="F" onClick={() => onCommand({ kind: "fullscreen" })}>
        {isFull ? <Minimize aria-hidden /> : <Maximize aria-hidden />}
      </IconButton>
    </div>
  );
}

interface JumpButtonProps {
  readonly label: string;
  readonly shortcut: string;
  readonly text: string;
  readonly back?: boolean;
  onClick(): void;
}

function JumpButton({ label, shortcut, text, back, onClick }: JumpButtonProps) {
  return (
    <IconButton label={label} shortcut={shortcut} size="sm" className="gap-1 px-2 tabular-nums" onClick={onClick}>
      {back && <Rewind aria-hidden className="size-3.5" />}
      {text}
      {!back && <FastForward aria-hidden className="size-3.5" />}
    </IconButton>
  );
}

function SpeedMenu({ rate, onRate }: { readonly rate: number; onRate(rate: number): void }) {
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="sm" className="w-14 tabular-nums" aria-label={`Speed: ${rate}×`}>
          {rate}×
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuRadioGroup value={String(rate)} onValueChange={(value) => onRate(Number(value))}>
          {RATES.map((option) => (
            <DropdownMenuRadioItem key={option} value={String(option)} className="tabular-nums">
              {option}×
            </DropdownMenuRadioItem>
          ))}
        </DropdownMenuRadioGroup>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

function Divider() {
  return <span aria-hidden className="mx-1 h-5 w-px bg-border max-sm:hidden" />;
}
