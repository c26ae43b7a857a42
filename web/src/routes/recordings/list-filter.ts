/** Which cameras are listed, and how: as it stands in the address, and applied to those that are loaded. */
import type { Camera } from "@/features/cameras/api/cameras";
import type { CameraGroup } from "@/lib/api/types";

export const STATES = { gap: "Not recording", connecting: "Connecting", recording: "Recording", off: "Off" } as const;

export interface ListFilter {
  /** Words that all have to be found. */
  readonly q?: string;
  readonly state?: keyof typeof STATES;
  /** A group's id, or `NO_GROUP`. */
  readonly group?: string;
  /** Under headings of their groups. */
  readonly by?: "group";
}

export const NO_GROUP = "none";

/** A line of the list. */
export type ListItem =
  | { readonly kind: "camera"; readonly camera: Camera }
  | { readonly kind: "group"; readonly id: string; readonly name: string; readonly cameras: number; readonly gaps: number };

export function parseListFilter({ q, state, group, by }: { readonly [Key in keyof ListFilter]?: unknown }): ListFilter {
  return {
    ...((typeof q === "string" && q !== "") || typeof q === "number" ? { q: String(q) } : {}),
    ...(typeof state === "string" && state in STATES ? { state: state as keyof typeof STATES } : {}),
    ...(typeof group === "string" && group !== "" ? { group } : {}),
    ...(by === "group" ? { by } : {}),
  };
}

export function isFiltered({ q, state, group }: ListFilter): boolean {
  return Boolean(q || state || group);
}

export function listed(cameras: readonly Camera[], groups: readonly CameraGroup[], filter: ListFilter): readonly ListItem[] {
  const names = new Map(groups.map(({ id, name }) => [id, name]));
  const words = (filter.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const fitting = cameras.filter((camera) => {
    const text = words.length > 0 ? `${camera.text} ${(camera.groupId && names.get(camera.groupId)?.toLowerCase()) ?? ""}` : "";
    return (
      words.every((word) => text.includes(word)) &&
      (filter.state === undefined || camera.recording.kind === filter.state) &&
      (filter.group === undefined || (camera.groupId ?? NO_GROUP) === filter.group)
    );
  });
  return filter.by === "group" ? grouped(fitting, groups) : fitting.map(lineOf);
}

function grouped(cameras: readonly Camera[], groups: readonly CameraGroup[]): readonly ListItem[] {
  const byGroup = new Map<string, Camera[]>();
  for (const camera of cameras) {
    const id = camera.groupId ?? NO_GROUP;
    const members = byGroup.get(id);
    if (members) members.push(camera);
    else byGroup.set(id, [camera]);
  }
  const order = [...groups.toSorted((a, b) => a.name.localeCompare(b.name)), { id: NO_GROUP, name: "No group" }];
  // A group that was added since the groups were read.
  const unknown = [...byGroup.keys()].filter((id) => !order.some((one) => one.id === id)).map((id) => ({ id, name: "Other" }));
  return [...order, ...unknown].flatMap(({ id, name }): readonly ListItem[] => {
    const of = byGroup.get(id) ?? [];
    if (of.length === 0) return [];
    const gaps = of.filter((camera) => camera.recording.kind === "gap").length;
    return [{ kind: "group", id, name, cameras: of.length, gaps }, ...of.map(lineOf)];
  });
}

const lines = new WeakMap<Camera, ListItem>();

/** The same object for the same camera: lists are compared line by line. */
function lineOf(camera: Camera): ListItem {
  const known = lines.get(camera) ?? { kind: "camera", camera };
  lines.set(camera, known);
  return known;
}
