/** Why somebody was not signed in. */
import { ApiError, ConnectionError } from "@/lib/api/transport";
import type { Millis } from "@/lib/footage/types";

/** What is asked for: user name and password, then a code if the account has a second factor. */
export type Step = "password" | "code";

export type Problem =
  | { readonly kind: "wrong-password" | "wrong-code" | "api-only" | "unreachable" }
  | { readonly kind: "wait"; readonly until: Millis }
  | { readonly kind: "other"; readonly error: Error };

/** Without a `Retry-After`. */
const SOME_SECONDS = 5;

/** The error of a try, and what it leads to: another step, or a problem. */
export function outcomeOf(error: Error, step: Step, now: Millis): { readonly next: Step; readonly problem: Problem | undefined } {
  if (error instanceof ConnectionError) return { next: step, problem: { kind: "unreachable" } };
  if (!(error instanceof ApiError)) return { next: step, problem: { kind: "other", error } };
  switch (error.code) {
    case "AUTH_TOTP_REQUIRED":
      return { next: "code", problem: undefined };
    case "AUTH_CREDENTIALS_INVALID":
      return { next: step, problem: { kind: step === "code" ? "wrong-code" : "wrong-password" } };
    case "AUTH_ROLE_RESTRICTED":
      return { next: "password", problem: { kind: "api-only" } };
    case "RATE_LIMIT_EXCEEDED":
      return { next: step, problem: { kind: "wait", until: now + (error.retryAfter ?? SOME_SECONDS) * 1000 } };
    default:
      return { next: step, problem: { kind: "other", error } };
  }
}
