import { useState } from "react";
import { Ruler } from "@/components/timeline/ruler";
import { Track } from "@/components/timeline/track";
import type { Footage, Interval, Millis } from "@/lib/footage/types";
import { around, HOUR, pan, type View, viewWindow, zoom } from "@/lib/footage/view";

interface ScrubberProps {
  readonly label: string;
  readonly footage: Footage;
  readonly at: Millis | undefined;
  readonly range: Partial<Interval>;
  readonly now: Millis;
  onSeek(at: Millis): void;
  onScrub(at: Millis, phase: "move" | "end"): void;
}

/** The player's own, closer timeline: it goes along with the picture. */
export function Scrubber({ label, footage, at, range, now, onSeek, onScrub }: ScrubberProps) {
  const [view, setView] = useState<View>({ kind: "follow", span: HOUR });
  // While somebody drags, nothing moves under the pointer.
  const [held, setHeld] = useState<Interval>();
  // The picture that the view last went along with: after that the person may look elsewhere.
  const [followed, setFollowed] = useState<Millis>();
  if (at !== undefined && at !== followed) {
    setFollowed(at);
    const next = keepInView(view, at, followed, now);
    if (next !== view) setView(next);
  }
  const window = held ?? viewWindow(view, now);
  const scrub = (moment: Millis, phase: "move" | "end") => {
    setHeld(phase === "move" ? window : undefined);
    onScrub(moment, phase);
  };
  const onZoom = (factor: number, anchor: Millis) => setView(zoom(view, factor, anchor, now));
  const onPan = (by: Millis) => setView(pan(view, by, now));
  return (
    <div>
      <Ruler window={window} now={now} onZoom={onZoom} onPan={onPan} />
      <Track
        label={label}
        footage={footage}
        window={window}
        now={now}
        playhead={at}
        range={range}
        height={44}
        wheelZooms
        onPick={onSeek}
        onScrub={scrub}
        onZoom={onZoom}
        onPan={onPan}
      />
    </div>
  );
}

/** Turns the page when the picture plays or jumps out of the view, and only then. */
function keepInView(view: View, at: Millis, before: Millis | undefined, now: Millis): View {
  const window = viewWindow(view, now);
  const span = window.end - window.start;
  const inside = (time: Millis) => window.start <= time && time <= window.end;
  if (inside(at)) return view;
  const small = before !== undefined && Math.abs(at - before) < 2_000;
  // It was already out of sight, because the person had moved the view: leave it there.
  if (small && !inside(before)) return view;
  return small ? around(at + span * 0.4, span, now) : around(at, span, now);
}
