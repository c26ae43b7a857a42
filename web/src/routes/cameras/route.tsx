import { createRoute } from "@tanstack/react-router";
import { parseCameraFilter } from "@/features/cameras/filter";
import { signedInRoute } from "../signed-in";
import { CamerasPage } from "./page";

export const camerasRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/cameras",
  validateSearch: parseCameraFilter,
  component: Page,
});

function Page() {
  return <CamerasPage filter={camerasRoute.useSearch()} />;
}
