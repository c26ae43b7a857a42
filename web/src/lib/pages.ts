/** Lists that come page by page. */

/** The last page there is, if `page` is behind it: its last rows were deleted, or fewer fit now. */
export function lastPageBefore(page: number | undefined, pages: number | null | undefined): number | undefined {
  const last = Math.max(1, pages ?? 1);
  return page !== undefined && page > last ? last : undefined;
}
