/** The address of the page: which camera, which moment of it, and which cameras are listed. */
import type { Millis } from "@/lib/footage/types";
import { type ListFilter, parseListFilter } from "./list-filter";

export interface RecordingsSearch extends ListFilter {
  /** A camera's key or id; none: no player. */
  readonly camera?: string;
  /** RFC 3339; none: the latest picture. */
  readonly t?: string;
}

export function parseSearch(search: Record<string, unknown>): RecordingsSearch {
  const { camera, t } = search;
  return {
    ...parseListFilter(search),
    ...(typeof camera === "string" || typeof camera === "number" ? { camera: String(camera) } : {}),
    ...(typeof t === "string" && !Number.isNaN(Date.parse(t)) ? { t } : {}),
  };
}

export function targetOf(search: RecordingsSearch): Millis | "latest" {
  return search.t === undefined ? "latest" : Date.parse(search.t);
}

export function searchFor(camera: string, at: Millis | "latest"): RecordingsSearch {
  return at === "latest" ? { camera } : { camera, t: new Date(at).toISOString() };
}

/** A whole address that shows this moment, for somebody else. */
export function linkTo(origin: string, camera: string, at: Millis): string {
  const { t = "" } = searchFor(camera, at);
  return `${origin}/?camera=${encodeURIComponent(camera)}&t=${encodeURIComponent(t)}`;
}
