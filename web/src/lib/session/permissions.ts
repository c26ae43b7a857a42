/** What accounts may do, in words. The server decides; the page only does not offer what it would refuse. */
import type { Me, Role } from "../api/types";

export const PERMISSIONS = [
  ["camera:read", "See cameras, their state and their live picture"],
  ["camera:write", "Add, change and remove cameras; start and stop recording"],
  ["camera:control", "Move, switch and restart the device itself"],
  ["recording:read", "Find and watch footage"],
  ["recording:delete", "Delete footage, and say how long it is kept"],
  ["recording:export", "Take footage away: downloads and exports"],
  ["event:read", "See events and alerts"],
  ["event:ack", "Acknowledge and resolve them"],
  ["metadata:write", "Tag and annotate footage, keep incidents"],
  ["user:admin", "Manage the accounts of the organization"],
  ["token:write", "Make API tokens for oneself"],
  ["audit:read", "Read who did what"],
  ["system:admin", "Manage the installation: organizations, nodes, storage"],
  ["metrics:read", "Read the metrics of the installation, which name all cameras"],
] as const;

export type Permission = (typeof PERMISSIONS)[number][0];

export const ROLES: Readonly<Record<Role, { readonly name: string; readonly about: string }>> = {
  admin: { name: "Administrator", about: "May do everything in the organization, also manage accounts." },
  operator: { name: "Operator", about: "Works with cameras, footage and events; manages no accounts." },
  viewer: { name: "Viewer", about: "Sees cameras, footage and events; changes nothing." },
  api_only: { name: "API only", about: "Can't sign in on this page; only by API tokens." },
};

export function can(me: Me | undefined, permission: Permission): boolean {
  return me?.permissions.includes(permission) ?? false;
}

/** What to call somebody. */
export function nameOf(account: { readonly display_name: string; readonly username: string }): string {
  return account.display_name || account.username;
}
