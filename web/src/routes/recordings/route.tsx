import { createRoute } from "@tanstack/react-router";
import { camerasQuery } from "@/features/cameras/api/cameras";
import { rootRoute } from "../root";
import { RecordingsPage } from "./page";
import { parseSearch } from "./search";

export const recordingsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  validateSearch: parseSearch,
  // Starts the first request early; the page itself shows its waiting and its failing.
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(camerasQuery);
  },
  component: Page,
});

function Page() {
  return <RecordingsPage search={recordingsRoute.useSearch()} />;
}
