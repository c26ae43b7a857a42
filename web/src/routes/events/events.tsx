import { ArrowUp, CheckCheck } from "lucide-react";
import { useCallback, useState } from "react";
import { FormProblem } from "@/components/form/form-problem";
import { Empty, LoadFailed, LoadingRows } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { EventList, type EventRights } from "@/features/events/components/event-list";
import { LiveBadge } from "@/features/events/components/live-badge";
import type { EventFilter } from "@/features/events/filter";
import type { Event } from "@/lib/api/types";
import { useEvents } from "./use-events";

interface EventsProps {
  readonly filter: EventFilter;
  readonly rights: EventRights;
}

export function Events({ filter, rights }: EventsProps) {
  const { query, live, acknowledge, pending, events, unacknowledged, waiting, showWaiting } = useEvents(filter);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const onSelect = useCallback((id: string, on: boolean) => {
    setSelected((before) => {
      const next = new Set(before);
      if (on) next.add(id);
      else next.delete(id);
      return next;
    });
  }, []);
  const { mutate } = acknowledge;
  const onAcknowledge = useCallback((id: string) => mutate([id]), [mutate]);
  if (!query.data) {
    return query.isError ? <LoadFailed what="The events" error={query.error} onRetry={() => void query.refetch()} /> : <LoadingRows what="the events" />;
  }
  const chosen = events.filter((event) => selected.has(event.id) && !event.acknowledged).map((event) => event.id);
  return (
    <>
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-x-4 gap-y-2">
        {rights.mayAcknowledge && events.length > 0 ? (
          <Many
            events={events}
            chosen={chosen}
            unacknowledged={unacknowledged}
            left={[...pending].filter((id) => events.some((event) => event.id === id && !event.acknowledged)).length}
            isBusy={acknowledge.isPending}
            onSelect={setSelected}
            onAcknowledge={() => mutate(chosen)}
          />
        ) : (
          <span />
        )}
        <LiveBadge state={live} />
      </div>
      <FormProblem error={acknowledge.error ?? (query.isError ? query.error : null)} />
      <div aria-live="polite" className="sticky top-14 z-20 flex justify-center empty:hidden">
        {waiting > 0 && (
          <Button size="sm" className="shadow-md" data-testid="new-events" onClick={showWaiting}>
            <ArrowUp aria-hidden /> {waiting === 1 ? "1 new event" : `${waiting} new events`}
          </Button>
        )}
      </div>
      {events.length === 0 ? (
        <Empty title={Object.keys(filter).length === 0 ? "Nothing has happened yet" : "No event fits"}>
          {Object.keys(filter).length === 0 ? "As soon as something does, it is told here." : "Take a filter away."}
        </Empty>
      ) : (
        <EventList {...rights} events={events} selected={selected} pending={pending} onSelect={onSelect} onAcknowledge={onAcknowledge} />
      )}
      {query.hasNextPage ? (
        <Button variant="outline" className="mx-auto" pending={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {query.isFetchingNextPage ? "Loading…" : "Load more"}
        </Button>
      ) : (
        events.length > 0 && <p className="text-center text-xs text-muted-foreground">That is all.</p>
      )}
    </>
  );
}

interface ManyProps {
  readonly events: readonly Event[];
  /** Ids of those that are selected and not acknowledged. */
  readonly chosen: readonly string[];
  /** How many are not acknowledged, on all pages; none while it is not known. */
  readonly unacknowledged: number | undefined;
  readonly left: number;
  readonly isBusy: boolean;
  onSelect(ids: ReadonlySet<string>): void;
  onAcknowledge(): void;
}

/** What can be done with many at once. */
function Many({ events, chosen, unacknowledged, left, isBusy, onSelect, onAcknowledge }: ManyProps) {
  const open = events.filter((event) => !event.acknowledged);
  const total = Math.max(unacknowledged ?? 0, open.length);
  return (
    <div role="toolbar" aria-label="What can be done with the selected" className="flex flex-wrap items-center gap-3 pl-3 sm:pl-4">
      <Checkbox
        aria-label={total > open.length ? `Select the ${open.length} shown that are not acknowledged` : "Select all that are not acknowledged"}
        disabled={open.length === 0}
        checked={chosen.length === 0 ? false : chosen.length === open.length ? true : "indeterminate"}
        onCheckedChange={(on) => onSelect(new Set(on === true ? open.map((event) => event.id) : []))}
      />
      <p aria-live="polite" className="text-sm text-muted-foreground">
        {isBusy && left > 1 ? `${left} left to acknowledge…` : chosen.length > 0 ? selectedText(chosen.length, total) : `${total} not acknowledged`}
      </p>
      {chosen.length > 0 && (
        <Button variant="outline" size="sm" pending={isBusy} onClick={onAcknowledge}>
          <CheckCheck aria-hidden /> Acknowledge {chosen.length === 1 ? "it" : `all ${chosen.length}`}
        </Button>
      )}
    </div>
  );
}

function selectedText(chosen: number, total: number): string {
  return chosen < total ? `${chosen} of ${total} selected` : `${chosen} selected`;
}
