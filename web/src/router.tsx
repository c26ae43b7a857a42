import type { QueryClient } from "@tanstack/react-query";
import { createRouter } from "@tanstack/react-router";
import { focusNewPage } from "./lib/focus";
import { accountRoute } from "./routes/account/route";
import { addCameraRoute } from "./routes/add-camera/route";
import { apiDocsRoute } from "./routes/api-docs/route";
import { auditRoute } from "./routes/audit/route";
import { cameraRoute } from "./routes/camera/route";
import { camerasRoute } from "./routes/cameras/route";
import { eventsRoute } from "./routes/events/route";
import { groupsRoute } from "./routes/groups/route";
import { loginRoute } from "./routes/login/route";
import { recordingsRoute } from "./routes/recordings/route";
import { rootRoute } from "./routes/root";
import { setupRoute } from "./routes/setup/route";
import { signedInRoute } from "./routes/signed-in";
import { tokensRoute } from "./routes/tokens/route";
import { usersRoute } from "./routes/users/route";

const routeTree = rootRoute.addChildren([
  loginRoute,
  setupRoute,
  apiDocsRoute,
  signedInRoute.addChildren([
    recordingsRoute,
    camerasRoute,
    addCameraRoute,
    cameraRoute,
    groupsRoute,
    eventsRoute,
    accountRoute,
    usersRoute,
    tokensRoute,
    auditRoute,
  ]),
]);

export function makeRouter(queryClient: QueryClient) {
  const router = createRouter({ routeTree, context: { queryClient }, defaultPreload: false });
  router.subscribe("onRendered", ({ fromLocation, pathChanged }) => {
    if (fromLocation && pathChanged) focusNewPage();
  });
  return router;
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
