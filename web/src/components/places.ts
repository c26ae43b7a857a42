/** Where somebody may go from the head of a page. */
import { can, type Permission } from "@/lib/session/permissions";
import { useMe } from "@/lib/session/use-session";

const PLACES = [
  { to: "/", name: "Footage", permission: undefined },
  { to: "/cameras", name: "Cameras", permission: "camera:read" },
  { to: "/groups", name: "Groups", permission: "camera:read" },
  { to: "/events", name: "Events", permission: "event:read" },
  { to: "/users", name: "Users", permission: "user:admin" },
  { to: "/tokens", name: "API tokens", permission: "token:write" },
  { to: "/audit", name: "Audit", permission: "audit:read" },
] as const satisfies readonly { readonly to: string; readonly name: string; readonly permission: Permission | undefined }[];

export type Place = (typeof PLACES)[number];

export function usePlaces(): readonly Place[] {
  const me = useMe();
  return PLACES.filter(({ permission }) => permission === undefined || can(me, permission));
}
