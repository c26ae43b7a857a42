import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { acknowledgeAll, eventsQuery, unacknowledgedQuery } from "@/features/events/api/events";
import { useLiveEvents } from "@/features/events/components/use-live-events";
import { type EventFilter, fits, isOver } from "@/features/events/filter";
import { EMPTY_INBOX, type Inbox, isBeyond, merged, receive, reveal, waitingIn } from "@/features/events/inbox";
import { LATE } from "@/features/events/missed";
import type { Event } from "@/lib/api/types";
import { now, onServer } from "@/lib/time/clock";

/** A list of events that was loaded, with what has come since, and what can be done with it. */
export function useEvents(filter: EventFilter) {
  const query = useInfiniteQuery(eventsQuery(filter));
  const unacknowledged = useQuery(unacknowledgedQuery(filter));
  const countSoon = useSoon(() => void unacknowledged.refetch());
  const [inbox, setInbox] = useState<Inbox>(EMPTY_INBOX);
  const [pending, setPending] = useState<ReadonlySet<string>>(new Set());
  const loaded = query.data?.pages.flatMap((page) => page.items) ?? [];
  const take = (event: Event, isOurs = false) => {
    const isLoaded = loaded.some((one) => one.id === event.id);
    const isWanted = fits(event, filter) && !isBeyond(loaded, query.hasNextPage, event);
    setInbox((before) => receive(before, event, isLoaded || isOurs, isWanted));
    countSoon();
  };
  const isPast = isOver(filter, now(), LATE);
  const live = useLiveEvents({
    // A list that was kept from before is about to be read again.
    enabled: query.data !== undefined && query.isFetchedAfterMount && !isPast,
    camera: filter.camera,
    type: filter.type,
    listed: () => onServer(query.dataUpdatedAt),
    onEvent: take,
    onMissed: () => void query.refetch(),
  });
  const acknowledge = useMutation({
    mutationFn: (ids: readonly string[]) => {
      setPending((before) => new Set([...before, ...ids]));
      return acknowledgeAll(ids, { onEvent: (event) => take(event, true), wait: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1_000)) });
    },
    onSettled: (_done, _error, ids) => setPending((before) => new Set([...before].filter((id) => !ids.includes(id)))),
  });
  return {
    query,
    live: isPast ? ({ kind: "over" } as const) : live,
    acknowledge,
    pending,
    events: merged(loaded, inbox),
    unacknowledged: unacknowledged.data,
    waiting: waitingIn(loaded, inbox),
    showWaiting: () => setInbox(reveal),
  };
}

/** Many events may come at once: they are counted once. */
const COUNT_AFTER = 1_000;

/** Gives a function that leads to `run`, a second later and once for all calls until then. */
function useSoon(run: () => void): () => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      run();
    }, COUNT_AFTER);
  };
}
