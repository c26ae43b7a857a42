/** Events, newest first, page by page, and that somebody has seen them. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { ApiError, api, unwrap } from "@/lib/api/client";
import type { Event } from "@/lib/api/types";
import { type EventFilter, queryOf } from "../filter";

const LIMIT = 50;

export function eventsQuery(filter: EventFilter) {
  return infiniteQueryOptions({
    queryKey: ["events", filter],
    queryFn: ({ pageParam, signal }) =>
      unwrap(api.GET("/api/v1/events", { params: { query: { ...queryOf(filter), limit: LIMIT, ...(pageParam === undefined ? {} : { cursor: pageParam }) } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.pagination.next_cursor ?? undefined,
    // What comes later is told by the WebSocket: nothing jumps because a window was looked at.
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    refetchOnMount: "always",
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** How many of those that are looked for nobody has acknowledged, on all pages. */
export function unacknowledgedQuery(filter: EventFilter) {
  return queryOptions({
    queryKey: ["events-unacknowledged", filter],
    queryFn: async ({ signal }) => {
      if (filter.acknowledged === true) return 0;
      const query = { ...queryOf(filter), acknowledged: false, limit: 1 };
      return (await unwrap(api.GET("/api/v1/events", { params: { query }, signal }))).pagination.total ?? 0;
    },
    placeholderData: keepPreviousData,
    refetchOnMount: "always",
  });
}

function acknowledge(id: string): Promise<Event> {
  return unwrap(api.POST("/api/v1/events/{id}/acknowledge", { params: { path: { id } } }));
}

interface ManyOptions {
  onEvent(event: Event): void;
  wait(seconds: number): Promise<void>;
}

/** One after the other; where the server wants it slower, it is. */
export async function acknowledgeAll(ids: readonly string[], { onEvent, wait }: ManyOptions): Promise<void> {
  for (const id of ids) {
    for (;;) {
      try {
        onEvent(await acknowledge(id));
        break;
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 429) throw error;
        await wait(error.retryAfter ?? 5);
      }
    }
  }
}
