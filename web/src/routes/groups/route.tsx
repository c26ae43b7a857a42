import { createRoute } from "@tanstack/react-router";
import { signedInRoute } from "../signed-in";
import { GroupsPage } from "./page";

export const groupsRoute = createRoute({ getParentRoute: () => signedInRoute, path: "/groups", component: GroupsPage });
