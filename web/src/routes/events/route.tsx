import { createRoute } from "@tanstack/react-router";
import { parseEventFilter } from "@/features/events/filter";
import { signedInRoute } from "../signed-in";
import { EventsPage } from "./page";

export const eventsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/events",
  validateSearch: parseEventFilter,
  component: Page,
});

function Page() {
  return <EventsPage filter={eventsRoute.useSearch()} />;
}
