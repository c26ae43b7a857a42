import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./client";

/** Retries what may pass by itself, and never what the server has refused. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, error) => !(error instanceof ApiError && error.status < 500) && failures < 2,
        retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 5_000),
        staleTime: 2_000,
        // A server on this machine is reachable without a network.
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  });
}
