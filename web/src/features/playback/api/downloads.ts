/** Stored files. */
import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";
import { fetchFootage } from "@/lib/api/footage";
import type { Interval, Millis } from "@/lib/footage/types";
import { now } from "@/lib/time/clock";

/** What is recorded of a range; it may lie anywhere, also where no timeline has looked. */
export function footageQuery(cameraId: string, range: Interval | undefined) {
  return queryOptions({
    queryKey: ["footage", cameraId, range],
    queryFn: ({ signal }) => fetchFootage(cameraId, range?.start ?? 0, Math.min(range?.end ?? 0, now()), signal),
    enabled: range !== undefined,
  });
}

/** The address of the stored file that holds a moment; none if there is none. */
export async function segmentDownload(cameraId: string, at: Millis): Promise<string | undefined> {
  const start = new Date(at).toISOString();
  const end = new Date(at + 1).toISOString();
  const data = await unwrap(
    api.GET("/api/v1/storage/segments", {
      params: { query: { camera_id: cameraId, start_date: start, end_date: end, limit: 1 } },
    }),
  );
  return data.items[0]?.download_url ?? undefined;
}

/** Has the browser save what is at an address; the name comes from the server. */
export function save(url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = "";
  document.body.append(link);
  link.click();
  link.remove();
}
