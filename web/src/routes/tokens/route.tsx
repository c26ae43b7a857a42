import { createRoute } from "@tanstack/react-router";
import { signedInRoute } from "../signed-in";
import { TokensPage } from "./page";

export const tokensRoute = createRoute({ getParentRoute: () => signedInRoute, path: "/tokens", component: TokensPage });
