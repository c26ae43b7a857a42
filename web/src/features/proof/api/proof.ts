/** Proving that it is you: by password, by a code, or at a provider. */
import { queryOptions } from "@tanstack/react-query";
import { api, settle, unwrap } from "@/lib/api/client";
import { publicApi } from "@/lib/api/transport";

export type Proof = { readonly password: string } | { readonly code: string };

export function prove(proof: Proof): Promise<void> {
  const body = "code" in proof ? { code: proof.code.replaceAll(/\s/g, "") } : proof;
  return settle(api.POST("/api/v1/auth/proof", { body }));
}

export const providersQuery = queryOptions({
  queryKey: ["providers"],
  queryFn: async ({ signal }) => (await unwrap(publicApi.GET("/api/v1/auth/providers", { signal }))).items,
});

/** Where the provider asks again; the server brings the browser back to this page. */
export function proofAt(provider: string, here: string): string {
  const query = new URLSearchParams({ proof: "true", return_to: here });
  return `/api/v1/auth/oidc/${encodeURIComponent(provider)}/start?${query}`;
}
