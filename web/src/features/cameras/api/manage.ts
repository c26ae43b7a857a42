/** Cameras as they should be: list, add, change, delete, try. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, settle, unwrap } from "@/lib/api/client";
import type { Camera, CameraInput, CameraProbe, CameraStatus, FootageDeletion, ProbeInput } from "@/lib/api/types";
import type { CameraChange } from "../draft";
import { type CameraFilter, queryOf } from "../filter";

/** The most that the server gives at once. */
const LIMIT = 500;
const STATUS_POLL = 2_000;

/** Everything that is known of cameras. */
export const camerasKey = ["cameras"] as const;

export function cameraListQuery(filter: CameraFilter) {
  return queryOptions({
    queryKey: [...camerasKey, "list", filter],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/cameras", { params: { query: { ...queryOf(filter), limit: LIMIT } }, signal })),
    placeholderData: keepPreviousData,
  });
}

/** Not asked for again by itself: it is the version that a change is made of. */
export function cameraQuery(id: string) {
  return queryOptions({
    queryKey: [...camerasKey, "one", id],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/cameras/{id}", { params: { path: { id } }, signal })),
    refetchOnWindowFocus: false,
  });
}

export function cameraStatusQuery(id: string) {
  return queryOptions({
    queryKey: ["camera-status", id],
    queryFn: ({ signal }): Promise<CameraStatus> => unwrap(api.GET("/api/v1/cameras/{id}/status", { params: { path: { id } }, signal })),
    refetchInterval: STATUS_POLL,
  });
}

export function probeCamera(body: ProbeInput): Promise<CameraProbe> {
  return unwrap(api.POST("/api/v1/cameras/probe", { body }));
}

export function addCamera(body: CameraInput): Promise<Camera> {
  return unwrap(api.POST("/api/v1/cameras", { body }));
}

export interface CameraEdit {
  readonly camera: Camera;
  readonly change: CameraChange;
}

/** Fails with `VERSION_CONFLICT` if somebody else has changed the camera since it was read. */
export function changeCamera({ camera, change }: CameraEdit): Promise<Camera> {
  const params = { path: { id: camera.id }, header: { "If-Match": `"${camera.version}"` } };
  // The document describes a whole camera; a patch has any of its fields.
  return unwrap(api.PATCH("/api/v1/cameras/{id}", { params, body: change as CameraInput }));
}

export function deleteCamera(id: string): Promise<void> {
  return settle(api.DELETE("/api/v1/cameras/{id}", { params: { path: { id } } }));
}

/** All of it up to now, but for the file that is being written. It goes on in the background. */
export function deleteFootage(id: string): Promise<FootageDeletion> {
  return unwrap(api.DELETE("/api/v1/cameras/{id}/footage", { params: { path: { id } } }));
}

/** Asked for again while one is under way. */
export function deletionsQuery(id: string) {
  return queryOptions({
    queryKey: ["footage-deletions", id],
    queryFn: async ({ signal }) => (await unwrap(api.GET("/api/v1/cameras/{id}/footage/deletions", { params: { path: { id } }, signal }))).deletions,
    refetchInterval: ({ state }) => (state.data?.some((one) => one.state === "running") ? STATUS_POLL : false),
  });
}

/** By hand, whatever its mode says. */
export function switchRecording({ id, on }: { readonly id: string; readonly on: boolean }): Promise<CameraStatus> {
  return unwrap(api.POST(on ? "/api/v1/recording/start" : "/api/v1/recording/stop", { body: { camera_id: id } }));
}

export const tagsQuery = queryOptions({
  queryKey: [...camerasKey, "tags"],
  queryFn: async ({ signal }) => (await unwrap(api.GET("/api/v1/camera-tags", { signal }))).tags,
  staleTime: 10_000,
});

export interface TagChange {
  readonly cameras: readonly string[];
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** All of them, or none. */
export async function changeTags({ cameras, add, remove }: TagChange): Promise<number> {
  const body = { camera_ids: [...cameras], add: [...add], remove: [...remove] };
  return (await unwrap(api.POST("/api/v1/camera-tags", { body }))).cameras;
}
