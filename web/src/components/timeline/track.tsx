import { type KeyboardEvent, type MouseEvent, useRef, useState } from "react";
import { useRowStop } from "@/components/rows/row-stop";
import { cn } from "@/lib/cn";
import { scale, timeAt } from "@/lib/footage/layout";
import type { Footage, Interval, Millis } from "@/lib/footage/types";
import { formatFull } from "@/lib/time/format";
import { useWidth } from "@/lib/use-width";
import { Bars } from "./bars";
import { HoverCard } from "./hover-card";
import { type TrackKey, trackKey } from "./keys";
import { useGestures } from "./use-gestures";
import { describeAt } from "./words";

export interface TrackProps {
  /** Said by screen readers before the time. */
  readonly label: string;
  readonly footage: Footage;
  readonly window: Interval;
  readonly now: Millis;
  /** The picture that is shown, if it is this camera's. */
  readonly playhead?: Millis | undefined;
  /** A stretch chosen for download. */
  readonly range?: Partial<Interval> | undefined;
  readonly height: number;
  readonly wheelZooms?: boolean;
  /** Why there is no footage to show yet. */
  readonly missing?: "loading" | "failed";
  readonly className?: string;
  onPick(at: Millis): void;
  onZoom(factor: number, anchor: Millis): void;
  onPan(by: Millis): void;
  /** With it a drag moves the playhead, instead of the time that is shown. */
  onScrub?(at: Millis, phase: "move" | "end"): void;
}

/** One camera's footage over time: click plays, drag moves or scrubs, wheel and pinch zoom, keys do all of it. */
export function Track(props: TrackProps) {
  const { label, footage, window, now, playhead, height, missing, onPick, onZoom, onPan, onScrub } = props;
  const [measure, width] = useWidth();
  const [hover, setHover] = useState<{ x: number; anchor: DOMRect }>();
  // Where the keyboard is; it starts at the picture that is shown.
  const [cursor, setCursor] = useState<Millis>();
  const box = useRef<HTMLDivElement>(null);
  const perPixel = (window.end - window.start) / Math.max(width, 1);
  const at = (x: number) => Math.min(timeAt(window, width, x), now);
  const gestures = useGestures(
    {
      zoom: (factor, x) => onZoom(factor, timeAt(window, width, x)),
      pan: (dx) => onPan(-dx * perPixel),
      pick: (x) => onPick(at(x)),
      scrub: (x, phase) => onScrub?.(at(Math.min(Math.max(x, 0), width)), phase),
      hover: (x) => setHover(x === undefined || !box.current ? undefined : { x, anchor: box.current.getBoundingClientRect() }),
    },
    { wheelZooms: props.wheelZooms ?? false, scrubs: onScrub !== undefined },
  );
  const focus = cursor ?? playhead ?? now;
  const onKeyDown = (event: KeyboardEvent) => {
    const action = trackKey(event, footage, window, focus, now);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    act(action, { onPick, onZoom, onPan, setCursor, focus });
  };
  const x = scale(window, width);
  const edge = x(now);

  return (
    <div
      ref={box}
      className={cn(
        "relative rounded-sm outline-none focus-visible:ring-2 focus-visible:ring-ring focus-visible:ring-offset-2 focus-visible:ring-offset-background",
        props.className,
      )}
      style={{ height }}
      role="slider"
      tabIndex={0}
      {...useRowStop()}
      aria-label={label}
      aria-valuemin={Math.round(window.start / 1000)}
      aria-valuemax={Math.round(Math.min(window.end, now) / 1000)}
      aria-valuenow={Math.round(focus / 1000)}
      aria-valuetext={`${formatFull(focus)}: ${describeAt(footage, focus)}`}
      aria-keyshortcuts="ArrowLeft ArrowRight PageUp PageDown Home End Enter + -"
      data-testid="track"
      data-from={window.start}
      data-to={window.end}
      onKeyDown={onKeyDown}
      onMouseDown={leaveFocusAlone}
      onBlur={() => setCursor(undefined)}
    >
      <div ref={gestures} className="absolute inset-0 cursor-pointer touch-pan-y overflow-hidden rounded-sm bg-track">
        <svg ref={measure} width="100%" height={height} shapeRendering="crispEdges" aria-hidden className="block">
          {!missing && <Bars footage={footage} window={window} width={width} height={height} />}
          {!missing && <NotKnown known={footage.known} x={x} width={width} height={height} />}
          <Range range={props.range} x={x} width={width} height={height} />
          {edge < width && <rect x={edge} width={width - edge} height={height} fill="var(--background)" />}
          {edge < width && <rect x={edge} width={1} height={height} fill="var(--primary)" />}
        </svg>
        {missing && <Missing why={missing} />}
        <Marker at={hover?.x} className="bg-foreground/60" />
        <Marker at={cursor === undefined ? undefined : x(cursor)} className="bg-ring" />
      </div>
      <Playhead at={playhead === undefined ? undefined : x(playhead)} width={width} />
      {hover && !missing && (
        <HoverCard footage={footage} window={window} width={width} now={now} at={timeAt(window, width, hover.x)} {...hover} />
      )}
    </div>
  );
}

/** After a click the keys are the player's: neither this track nor the button clicked before has the focus. */
function leaveFocusAlone(event: MouseEvent): void {
  event.preventDefault();
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}

type Actions = Pick<TrackProps, "onPick" | "onZoom" | "onPan"> & { setCursor(at: Millis): void; focus: Millis };

function act(action: TrackKey, { onPick, onZoom, onPan, setCursor, focus }: Actions): void {
  if (action.kind === "pick") onPick(focus);
  else if (action.kind === "zoom") onZoom(action.factor, focus);
  else {
    setCursor(action.to);
    if (action.pan !== 0) onPan(action.pan);
  }
}

function Missing({ why }: { readonly why: "loading" | "failed" }) {
  if (why === "loading") return <div className="absolute inset-0 animate-pulse bg-muted" />;
  return (
    <p role="status" data-testid="footage-failed" className="absolute inset-0 flex items-center bg-muted px-2 text-xs text-muted-foreground">
      <span className="truncate">This time can't be read. Trying again by itself.</span>
    </p>
  );
}

function Marker({ at, className }: { readonly at: number | undefined; readonly className: string }) {
  if (at === undefined) return null;
  return <div className={cn("pointer-events-none absolute inset-y-0 w-px", className)} style={{ left: at }} />;
}

function Playhead({ at, width }: { readonly at: number | undefined; readonly width: number }) {
  if (at === undefined || at < 0 || at > width) return null;
  return (
    <div
      data-testid="playhead"
      className="pointer-events-none absolute -top-1 -bottom-1 w-0.5 -translate-x-1/2 rounded-full bg-playhead shadow-[0_0_0_1.5px_var(--background)]"
      style={{ left: at }}
    />
  );
}

interface NotKnownProps {
  readonly known: Interval;
  readonly x: (at: Millis) => number;
  readonly width: number;
  readonly height: number;
}

/** What was not asked for looks unlike what was not recorded. */
function NotKnown({ known, x, width, height }: NotKnownProps) {
  const left = Math.min(width, Math.max(0, x(known.start)));
  const right = Math.min(width, Math.max(left, x(known.end)));
  return (
    <g fill="var(--background)" opacity={0.7}>
      {left > 0 && <rect data-kind="not-known" width={left} height={height} />}
      {right < width && <rect data-kind="not-known" x={right} width={width - right} height={height} />}
    </g>
  );
}

interface RangeProps {
  readonly range: Partial<Interval> | undefined;
  readonly x: (at: Millis) => number;
  readonly width: number;
  readonly height: number;
}

function Range({ range, x, width, height }: RangeProps) {
  if (!range || (range.start === undefined && range.end === undefined)) return null;
  const left = range.start === undefined ? x(range.end ?? 0) : x(range.start);
  const right = range.end === undefined ? left : x(range.end);
  return (
    <g fill="var(--playhead)">
      <rect x={0} width={Math.max(0, left)} height={height} fill="var(--background)" opacity={0.55} />
      <rect x={right} width={Math.max(0, width - right)} height={height} fill="var(--background)" opacity={range.end === undefined ? 0 : 0.55} />
      <rect x={left - 1} width={2} height={height} />
      {range.end !== undefined && <rect x={right - 1} width={2} height={height} />}
    </g>
  );
}
