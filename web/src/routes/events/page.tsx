import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Page } from "@/components/page";
import { camerasQuery } from "@/features/cameras/api/cameras";
import { EventFilters } from "@/features/events/components/event-filters";
import type { EventFilter } from "@/features/events/filter";
import { can } from "@/lib/session/permissions";
import { useMe } from "@/lib/session/use-session";
import { Events } from "./events";

/** What happened, newest first, and what happens now. */
export function EventsPage({ filter }: { readonly filter: EventFilter }) {
  return (
    <Page title="Events" about="What happened, and what happens now." permission="event:read">
      <Found filter={filter} />
    </Page>
  );
}

function Found({ filter }: { readonly filter: EventFilter }) {
  const navigate = useNavigate();
  const me = useMe();
  // For their names: nothing here waits for them, or asks for them again and again.
  const cameras = useQuery({ ...camerasQuery, enabled: can(me, "camera:read") }).data ?? [];
  return (
    <>
      <EventFilters filter={filter} cameras={cameras} onFilter={(next) => void navigate({ to: "/events", search: next, replace: true })} />
      {/* Another filter is another list, with nothing selected and nothing waiting. */}
      <Events key={JSON.stringify(filter)} filter={filter} rights={{ mayAcknowledge: can(me, "event:ack"), mayWatch: can(me, "recording:read") }} />
    </>
  );
}
