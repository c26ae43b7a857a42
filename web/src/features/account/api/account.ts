/** One's own account: password, second factor, sign-ins. */
import { queryOptions } from "@tanstack/react-query";
import { api, settle, unwrap } from "@/lib/api/client";
import { reloadMe } from "@/lib/session/sign-out";

export interface PasswordChange {
  readonly current: string;
  readonly next: string;
  readonly keepApiTokens: boolean;
}

export function changePassword({ current, next, keepApiTokens }: PasswordChange): Promise<void> {
  return settle(api.PUT("/api/v1/auth/password", { body: { current_password: current, new_password: next, keep_api_tokens: keepApiTokens } }));
}

export const sessionsQuery = queryOptions({
  queryKey: ["sign-ins"],
  queryFn: async ({ signal }) => (await unwrap(api.GET("/api/v1/auth/sessions", { signal }))).items,
});

export function endSession(id: string): Promise<void> {
  return settle(api.DELETE("/api/v1/auth/sessions/{id}", { params: { path: { id } } }));
}

export function enrolTotp(password: string) {
  return unwrap(api.POST("/api/v1/auth/totp/enroll", { body: { password } }));
}

/** Switches the second factor on; gives the recovery codes, which are shown only now. */
export async function confirmTotp(code: string): Promise<readonly string[]> {
  const { recovery_codes } = await unwrap(api.POST("/api/v1/auth/totp/confirm", { body: { code: code.replaceAll(/\s/g, "") } }));
  return recovery_codes;
}

export async function disableTotp(password: string): Promise<void> {
  await settle(api.POST("/api/v1/auth/totp/disable", { body: { password } }));
  await reloadMe();
}
