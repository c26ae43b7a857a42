import { createRoute } from "@tanstack/react-router";
import { camerasQuery } from "@/features/cameras/api/cameras";
import { signedInRoute } from "../signed-in";
import { RecordingsPage } from "./page";
import { parseSearch } from "./search";

export const recordingsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/",
  validateSearch: parseSearch,
  // Starts the first request early; the page itself shows its waiting and its failing.
  // The address follows the player: that is no reason to ask again.
  loader: ({ context, cause }) => {
    if (cause === "stay") return;
    void context.queryClient.prefetchQuery(camerasQuery);
  },
  component: Page,
});

function Page() {
  return <RecordingsPage search={recordingsRoute.useSearch()} />;
}
