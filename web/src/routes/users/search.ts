/** The address of the list of accounts: what is looked for. */
import type { Role } from "@/lib/api/types";
import { ROLES } from "@/lib/session/permissions";

export interface UsersSearch {
  readonly q?: string;
  readonly role?: Role;
  readonly active?: boolean;
  readonly page?: number;
}

export function parseUsersSearch({ q, role, active, page }: Record<string, unknown>): UsersSearch {
  return {
    ...((typeof q === "string" || typeof q === "number") && q !== "" ? { q: String(q) } : {}),
    ...(typeof role === "string" && role in ROLES ? { role: role as Role } : {}),
    ...(typeof active === "boolean" ? { active } : {}),
    ...(typeof page === "number" && Number.isInteger(page) && page > 1 ? { page } : {}),
  };
}
