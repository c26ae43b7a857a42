import { ChevronLeft, ChevronRight, ZoomIn, ZoomOut } from "lucide-react";
import { IconButton } from "@/components/icon-button";
import { Button } from "@/components/ui/button";
import type { Interval, Millis } from "@/lib/footage/types";
import { DAY, isFullDay, LAST_DAY, MAX_SPAN, MIN_SPAN, pan, type View, zoomStep } from "@/lib/footage/view";
import { formatDay, formatDuration, formatZone } from "@/lib/time/format";

interface ViewControlsProps {
  readonly view: View;
  readonly window: Interval;
  readonly now: Millis;
  onView(view: View): void;
}

/** Which time the rows show, and the buttons that change it. */
export function ViewControls({ view, window, now, onView }: ViewControlsProps) {
  const span = window.end - window.start;
  const middle = (window.start + window.end) / 2;
  const anchor = view.kind === "follow" ? now : middle;
  return (
    <div className="flex items-center gap-1 pb-1">
      <div className="min-w-0 flex-1 leading-tight">
        <p className="truncate text-xs font-medium">{title(view, window)}</p>
        <p className="truncate text-[0.6875rem] text-muted-foreground">{subtitle(view, window)}</p>
      </div>
      <IconButton label="Earlier" onClick={() => onView(pan(view, -span / 2, now))}>
        <ChevronLeft aria-hidden />
      </IconButton>
      <IconButton label="Later" disabled={view.kind === "follow"} onClick={() => onView(pan(view, span / 2, now))}>
        <ChevronRight aria-hidden />
      </IconButton>
      <IconButton label="Zoom out" disabled={span >= MAX_SPAN} onClick={() => onView(zoomStep(view, "out", anchor, now))}>
        <ZoomOut aria-hidden />
      </IconButton>
      <IconButton label="Zoom in" disabled={span <= MIN_SPAN} onClick={() => onView(zoomStep(view, "in", anchor, now))}>
        <ZoomIn aria-hidden />
      </IconButton>
      <Button variant="outline" size="sm" className="px-2 text-xs" disabled={isFullDay(view)} onClick={() => onView(LAST_DAY)}>
        24 h
      </Button>
    </div>
  );
}

function title(view: View, window: Interval): string {
  return view.kind === "follow" ? `Last ${length(window)}` : formatDay(window.start);
}

function subtitle(view: View, window: Interval): string {
  const zone = formatZone(window.end);
  return view.kind === "follow" ? `Local, ${zone}` : `${length(window)}, ${zone}`;
}

function length(window: Interval): string {
  const span = window.end - window.start;
  return span === DAY ? "24 h" : formatDuration(Math.round(span / 1000) * 1000);
}
