/** Events as they happen, over a live connection: subscribes, and asks again for what a break has swallowed. */
import type { Event } from "@/lib/api/types";
import type { Millis } from "@/lib/footage/types";
import { type ConnectionDependencies, LiveConnection } from "@/lib/live/connection";
import { type Heard, heard, heardByList, resumeAfterBreak, resumeAfterLag } from "./missed";

export interface LiveDependencies extends ConnectionDependencies {
  /** The server's time. */
  now(): Millis;
  onEvent(event: Event): void;
  /** What ended or was acknowledged meanwhile is not told again: the list has to be read again. */
  onMissed(): void;
}

export interface Wanted {
  /** When the list was read, by the server's clock. */
  readonly since: Millis;
  readonly cameras: readonly string[];
  readonly types: readonly string[];
}

export function liveEvents(dependencies: LiveDependencies, wanted: Wanted): LiveConnection {
  let known: Heard = heardByList(wanted.since);
  return new LiveConnection(dependencies, {
    onOpen(send, again) {
      send({ action: "subscribe", topics: ["events"], cameras: wanted.cameras, event_types: wanted.types });
      send({ action: "resume", last_event_id: resumeAfterBreak(known) });
      if (again) dependencies.onMissed();
    },
    onMessage(message, send) {
      if (message["type"] === "event" && message["event"]) {
        const event = message["event"] as Event;
        known = heard(known, event, dependencies.now());
        dependencies.onEvent(event);
      } else if (message["type"] === "lagged") {
        // What was lost is in the store.
        send({ action: "resume", last_event_id: resumeAfterLag(known) });
        dependencies.onMissed();
      }
    },
  });
}
