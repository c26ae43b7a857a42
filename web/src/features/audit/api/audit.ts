/** The audit trail, newest first, page by page. */
import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";
import { type AuditFilter, queryOf } from "../filter";

const LIMIT = 50;

export function auditQuery(filter: AuditFilter) {
  return infiniteQueryOptions({
    queryKey: ["audit", filter],
    queryFn: ({ pageParam, signal }) =>
      unwrap(api.GET("/api/v1/audit", { params: { query: { ...queryOf(filter), limit: LIMIT, ...(pageParam === undefined ? {} : { cursor: pageParam }) } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.pagination.next_cursor ?? undefined,
    // A trail only grows: what was loaded stays true.
    staleTime: 10_000,
  });
}
