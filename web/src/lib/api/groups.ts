/** Groups of cameras: what accounts and tokens may be limited to. */
import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";

/** The most that the server gives at once. */
const LIMIT = 500;

export const groupsQuery = queryOptions({
  queryKey: ["camera-groups"],
  queryFn: async ({ signal }) => (await unwrap(api.GET("/api/v1/camera-groups", { params: { query: { limit: LIMIT } }, signal }))).items,
  staleTime: 30_000,
});
