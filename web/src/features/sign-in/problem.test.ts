import { expect, it } from "vitest";
import { ApiError, ConnectionError } from "@/lib/api/transport";
import { outcomeOf } from "./problem";

const NOW = 1_000_000;
const no = (status: number, code: string, retryAfter?: number) => new ApiError(status, code, "No.", { retryAfter });

it("asks for the code when the password was right, and tells which of both was wrong", () => {
  expect(outcomeOf(no(401, "AUTH_TOTP_REQUIRED"), "password", NOW)).toEqual({ next: "code", problem: undefined });
  expect(outcomeOf(no(401, "AUTH_CREDENTIALS_INVALID"), "password", NOW)).toEqual({ next: "password", problem: { kind: "wrong-password" } });
  expect(outcomeOf(no(401, "AUTH_CREDENTIALS_INVALID"), "code", NOW)).toEqual({ next: "code", problem: { kind: "wrong-code" } });
});

it("counts down after too many tries", () => {
  expect(outcomeOf(no(429, "RATE_LIMIT_EXCEEDED", 30), "password", NOW).problem).toEqual({ kind: "wait", until: NOW + 30_000 });
  expect(outcomeOf(no(429, "RATE_LIMIT_EXCEEDED"), "code", NOW)).toEqual({ next: "code", problem: { kind: "wait", until: NOW + 5_000 } });
});

it("keeps what it does not know as it is", () => {
  expect(outcomeOf(new ConnectionError(), "password", NOW).problem).toEqual({ kind: "unreachable" });
  expect(outcomeOf(no(403, "AUTH_ROLE_RESTRICTED"), "password", NOW).problem).toEqual({ kind: "api-only" });
  const error = no(500, "INTERNAL");
  expect(outcomeOf(error, "password", NOW).problem).toEqual({ kind: "other", error });
});
