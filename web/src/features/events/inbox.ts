/** What has come live since a list was loaded: new events wait until they are asked for, so that the list does not jump. */
import type { Event } from "@/lib/api/types";

export interface Inbox {
  /** As they are now, by id: those of the list that changed, and all new ones. */
  readonly latest: ReadonlyMap<string, Event>;
  /** Ids that are told about, but not shown yet. */
  readonly waiting: ReadonlySet<string>;
  /** Ids that were new and are shown now. */
  readonly shown: ReadonlySet<string>;
}

export const EMPTY_INBOX: Inbox = { latest: new Map(), waiting: new Set(), shown: new Set() };

/** Takes what came. `isLoaded`: it is in the list already. `isWanted`: it fits the filter and is no older than the list. */
export function receive(inbox: Inbox, event: Event, isLoaded: boolean, isWanted: boolean): Inbox {
  const isKnown = isLoaded || inbox.shown.has(event.id) || inbox.waiting.has(event.id);
  if (!isKnown && !isWanted) return inbox;
  const latest = new Map(inbox.latest).set(event.id, event);
  return isKnown ? { ...inbox, latest } : { ...inbox, latest, waiting: new Set(inbox.waiting).add(event.id) };
}

/** Shows what waits. */
export function reveal(inbox: Inbox): Inbox {
  return { ...inbox, waiting: new Set(), shown: new Set([...inbox.shown, ...inbox.waiting]) };
}

/**
 * Whether an event belongs on a page that was not loaded yet. The list is in the order of ids: many events may share a
 * time, and then the time alone does not say on which side of the end of the list one is.
 */
export function isBeyond(loaded: readonly Event[], hasMore: boolean, event: Event): boolean {
  const last = loaded.at(-1);
  return hasMore && last !== undefined && event.id < last.id;
}

/** The list as it is to be shown, newest first, each event once. */
export function merged(loaded: readonly Event[], inbox: Inbox): Event[] {
  const ids = new Set(loaded.map((event) => event.id));
  const fresh = [...inbox.shown].filter((id) => !ids.has(id)).flatMap((id) => inbox.latest.get(id) ?? []);
  const all = [...fresh, ...loaded.map((event) => furthest(event, inbox.latest.get(event.id)))];
  // Ids are of the time at which an event began, and decide between those of one time, as in the server's list.
  return all.toSorted((a, b) => (a.id < b.id ? 1 : Number(a.id > b.id) * -1));
}

/** Those that wait and did not come by loading the list again. */
export function waitingIn(loaded: readonly Event[], inbox: Inbox): number {
  const ids = new Set(loaded.map((event) => event.id));
  return [...inbox.waiting].filter((id) => !ids.has(id)).length;
}

/** The list may be newer than what came, or older. An event only ever goes on: it ends, and it is acknowledged. */
function furthest(loaded: Event, came: Event | undefined): Event {
  return came !== undefined && progress(came) > progress(loaded) ? came : loaded;
}

function progress({ end_timestamp, acknowledged }: Event): number {
  return Number(end_timestamp !== null) + Number(acknowledged);
}
