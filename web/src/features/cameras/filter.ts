/** Which cameras are listed, and how: as it stands in the address, and as the server is asked. */
import type { CameraListQuery } from "@/lib/api/types";

export const STATUSES = {
  recording: "Recording",
  gap: "Not recording, but should be",
  off: "Off",
  online: "Online",
  offline: "Offline",
} as const;

export const SORTS = { name: "Name, A to Z", "-name": "Name, Z to A", key: "Id, A to Z", "-key": "Id, Z to A" } as const;

export interface CameraFilter {
  readonly q?: string;
  readonly status?: keyof typeof STATUSES;
  readonly group?: string;
  readonly tag?: string;
  /** By name if there is none. */
  readonly sort?: keyof typeof SORTS;
  readonly page?: number;
}

export function parseCameraFilter({ q, status, group, tag, sort, page }: Record<string, unknown>): CameraFilter {
  return {
    ...(isText(q) ? { q: String(q) } : {}),
    ...(typeof status === "string" && status in STATUSES ? { status: status as keyof typeof STATUSES } : {}),
    ...(isText(group) ? { group: String(group) } : {}),
    ...(isText(tag) ? { tag: String(tag) } : {}),
    ...(typeof sort === "string" && sort in SORTS && sort !== "name" ? { sort: sort as keyof typeof SORTS } : {}),
    ...(typeof page === "number" && Number.isInteger(page) && page > 1 ? { page } : {}),
  };
}

/** The browser's address gives numbers for what looks like one. */
function isText(value: unknown): value is string | number {
  return (typeof value === "string" && value !== "") || typeof value === "number";
}

export function queryOf({ q, status, group, tag, sort, page }: CameraFilter): CameraListQuery {
  return {
    sort: sort ?? "name",
    ...(q ? { q } : {}),
    ...(status ? { status } : {}),
    ...(group ? { group_id: group } : {}),
    ...(tag ? { tag } : {}),
    ...(page ? { page } : {}),
  };
}

export function isFiltered({ q, status, group, tag }: CameraFilter): boolean {
  return Boolean(q || status || group || tag);
}
