/** Groups of cameras: add, rename, delete. The list is `lib/api/groups.ts`, because many ask for it. */
import { api, settle, unwrap } from "@/lib/api/client";
import type { CameraGroup, GroupInput } from "@/lib/api/types";

export function addGroup(body: GroupInput): Promise<CameraGroup> {
  return unwrap(api.POST("/api/v1/camera-groups", { body }));
}

export function readGroup(id: string): Promise<CameraGroup> {
  return unwrap(api.GET("/api/v1/camera-groups/{id}", { params: { path: { id } } }));
}

export interface GroupEdit {
  readonly group: CameraGroup;
  readonly wanted: GroupInput;
}

/** Fails with `VERSION_CONFLICT` if somebody else has changed the group since it was read. */
export function changeGroup({ group, wanted }: GroupEdit): Promise<CameraGroup> {
  const params = { path: { id: group.id }, header: { "If-Match": `"${group.version}"` } };
  return unwrap(api.PUT("/api/v1/camera-groups/{id}", { params, body: wanted }));
}

export function deleteGroup(id: string): Promise<void> {
  return settle(api.DELETE("/api/v1/camera-groups/{id}", { params: { path: { id } } }));
}
