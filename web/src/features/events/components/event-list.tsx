import { Link } from "@tanstack/react-router";
import { CheckCheck, CircleAlert, Info, OctagonAlert, SquarePlay } from "lucide-react";
import { memo } from "react";
import { IconButton } from "@/components/icon-button";
import { useRowStop } from "@/components/rows/row-stop";
import { VirtualRows } from "@/components/rows/virtual-rows";
import { Time } from "@/components/time";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Checkbox } from "@/components/ui/checkbox";
import type { Event, Severity } from "@/lib/api/types";
import { cn } from "@/lib/cn";
import { formatDuration } from "@/lib/time/format";
import { SEVERITIES } from "../filter";
import { factsOf, sentenceOf, typeName } from "../words";

export interface EventRights {
  readonly mayAcknowledge: boolean;
  readonly mayWatch: boolean;
}

interface EventListProps extends EventRights {
  readonly events: readonly Event[];
  readonly selected: ReadonlySet<string>;
  /** Ids of those that are being acknowledged. */
  readonly pending: ReadonlySet<string>;
  onSelect(id: string, on: boolean): void;
  onAcknowledge(id: string): void;
}

export function EventList({ events, selected, pending, ...others }: EventListProps) {
  return (
    <Card>
      <VirtualRows label="Events, newest first" items={events} keyOf={idOf} height={ROW_HEIGHT} covered={COVERED}>
        {(event) => <Row event={event} selected={selected.has(event.id)} pending={pending.has(event.id)} {...others} />}
      </VirtualRows>
    </Card>
  );
}

/** Of a row before it was measured. */
const ROW_HEIGHT = 61;
/** Pixels at the top that the page's head covers. */
const COVERED = 56;

function idOf({ id }: Event): string {
  return id;
}

interface RowProps extends EventRights {
  readonly event: Event;
  readonly selected: boolean;
  readonly pending: boolean;
  onSelect(id: string, on: boolean): void;
  onAcknowledge(id: string): void;
}

const Row = memo(function Row({ event, selected, pending, mayAcknowledge, mayWatch, onSelect, onAcknowledge }: RowProps) {
  const title = typeName(event.event_type);
  const what = event.camera_name === null ? title : `${title}, ${event.camera_name}`;
  const sentence = sentenceOf(event);
  const stop = useRowStop();
  return (
    <div
      data-testid="event"
      data-type={event.event_type}
      data-acknowledged={event.acknowledged}
      className={cn("flex flex-wrap items-start gap-x-3 gap-y-1.5 border-b px-3 py-2.5 sm:px-4", selected && "bg-accent/50")}
    >
      {mayAcknowledge && (
        <Checkbox
          {...stop}
          className={cn("mt-0.5", event.acknowledged && "invisible")}
          aria-label={`Select ${what}`}
          disabled={event.acknowledged}
          checked={selected}
          onCheckedChange={(on) => onSelect(event.id, on === true)}
        />
      )}
      <Mark severity={event.severity} faded={event.acknowledged} />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span className={event.acknowledged ? "font-medium text-muted-foreground" : "font-medium"}>{title}</span>
          {event.camera_name !== null && <span className="min-w-0 truncate">{event.camera_name}</span>}
          <span className="text-xs text-muted-foreground">
            <Time at={event.timestamp} />
            <Lasting event={event} />
          </span>
        </p>
        {sentence !== "" && <p className="mt-0.5 text-sm break-words text-muted-foreground">{sentence}</p>}
        <Facts event={event} />
      </div>
      <div className="flex shrink-0 items-center gap-1 max-sm:basis-full max-sm:justify-end">
        {event.acknowledged ? (
          <Acknowledged at={event.acknowledged_at} />
        ) : (
          mayAcknowledge && (
            <Button {...stop} variant="outline" size="sm" aria-label={`Acknowledge ${what}`} pending={pending} onClick={() => onAcknowledge(event.id)}>
              Acknowledge
            </Button>
          )
        )}
        {mayWatch && event.camera_id !== null && event.camera_name !== null && (
          <IconButton label={`Footage of ${what}`} asChild>
            <Link {...stop} to="/" search={{ camera: event.camera_id, t: before(event.timestamp) }}>
              <SquarePlay aria-hidden />
            </Link>
          </IconButton>
        )}
      </div>
    </div>
  );
});

/** What led to it belongs to it. */
const LEAD = 5_000;

function before(timestamp: string): string {
  return new Date(Date.parse(timestamp) - LEAD).toISOString();
}

const MARKS = { info: [Info, "text-muted-foreground"], warning: [CircleAlert, "text-warning"], critical: [OctagonAlert, "text-destructive"] } as const;

function Mark({ severity, faded }: { readonly severity: Severity; readonly faded: boolean }) {
  const [Icon, tone] = MARKS[severity];
  return (
    <span className={cn("mt-0.5", tone, faded && "opacity-60")}>
      <Icon className="size-4" aria-hidden />
      <span className="sr-only">{SEVERITIES[severity]}: </span>
    </span>
  );
}

/** How long what lasts has lasted. */
function Lasting({ event }: { readonly event: Event }) {
  if (event.end_timestamp !== null) return <> · lasted {formatDuration(Date.parse(event.end_timestamp) - Date.parse(event.timestamp))}</>;
  return event.event_type === "recording_gap" || event.event_type === "motion_detected" ? <> · still going on</> : null;
}

function Facts({ event }: { readonly event: Event }) {
  const facts = factsOf(event);
  if (facts.length === 0) return null;
  return (
    <dl className="mt-0.5 flex flex-wrap gap-x-4 text-xs text-muted-foreground">
      {facts.map(([term, value]) => (
        <div key={term} className="flex max-w-full gap-1">
          <dt>{term}:</dt>
          <dd className="truncate text-foreground">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Acknowledged({ at }: { readonly at: string | null }) {
  return (
    <span className="flex items-center gap-1.5 text-xs text-muted-foreground">
      <CheckCheck className="size-4 text-ok" aria-hidden />
      <span className="max-sm:sr-only">
        Acknowledged <Time at={at} otherwise="" />
      </span>
    </span>
  );
}
