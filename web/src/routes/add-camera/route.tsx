import { createRoute } from "@tanstack/react-router";
import { signedInRoute } from "../signed-in";
import { AddCameraPage } from "./page";

export const addCameraRoute = createRoute({ getParentRoute: () => signedInRoute, path: "/cameras/new", component: AddCameraPage });
