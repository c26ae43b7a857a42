import { createRoute } from "@tanstack/react-router";
import { signedInRoute } from "../signed-in";
import { CameraPage } from "./page";

export const cameraRoute = createRoute({ getParentRoute: () => signedInRoute, path: "/cameras/$camera", component: Page });

function Page() {
  const { camera } = cameraRoute.useParams();
  return <CameraPage key={camera} id={camera} />;
}
