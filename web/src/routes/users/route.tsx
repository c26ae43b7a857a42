import { createRoute } from "@tanstack/react-router";
import { signedInRoute } from "../signed-in";
import { UsersPage } from "./page";
import { parseUsersSearch } from "./search";

export const usersRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/users",
  validateSearch: parseUsersSearch,
  component: Page,
});

function Page() {
  return <UsersPage search={usersRoute.useSearch()} />;
}
