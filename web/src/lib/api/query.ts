import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./client";

/** Retries what may pass by itself, and never what the server has refused. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, error) => mayPass(error) && failures < 2,
        retryDelay: (attempt, error) => waitOf(error) ?? Math.min(500 * 2 ** attempt, 5_000),
        staleTime: 2_000,
        // A server on this machine is reachable without a network.
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  });
}

function mayPass(error: Error): boolean {
  return !(error instanceof ApiError) || error.status >= 500 || waitOf(error) !== undefined;
}

/** How long the server wants to be left alone. */
function waitOf(error: Error): number | undefined {
  return error instanceof ApiError && error.status === 429 ? (error.retryAfter ?? 5) * 1_000 : undefined;
}
