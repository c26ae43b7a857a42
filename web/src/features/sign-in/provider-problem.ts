/** Why somebody who came back from a provider is not signed in: the server's codes in sentences. */

const SENTENCES = {
  denied: "The sign-in was cancelled at the provider.",
  expired: "The sign-in took too long, or it was begun in another browser. Try it once more.",
  unreachable: "The provider does not answer. Try again in a moment, or tell your administrator.",
  bad_answer: "The provider's answer can't be used. Tell your administrator: the server's log says why.",
  not_proven: "The provider did not confirm that it asked you just now. Ask your administrator to set a password for you.",
  domain: "Accounts of your e-mail domain may not sign in here, or the provider has not verified your address.",
  no_role: "None of your groups at the provider may use Nightjar. Ask your administrator for access.",
  no_account: "You have no account here yet. Ask your administrator to make one.",
  disabled: "Your account is disabled. Ask your administrator.",
  for_programs: "This account is for programs only: it works by API tokens and can't sign in here.",
  not_set_up: "Nobody has set Nightjar up yet. Make the first administrator with the set-up link.",
  last_admin: "The provider would take the role from the last administrator. Make somebody else an administrator first.",
  failed: "Something went wrong on the server. Try again, or tell your administrator: the server's log says why.",
} as const;

export type ProviderProblem = keyof typeof SENTENCES;

/** The code in an address; one that is not known is a failure without a reason. */
export function providerProblem(code: unknown): ProviderProblem | undefined {
  if (typeof code !== "string" || code === "") return undefined;
  return Object.hasOwn(SENTENCES, code) ? (code as ProviderProblem) : "failed";
}

export function sentenceOf(problem: ProviderProblem): string {
  return SENTENCES[problem];
}

/** Where signing in at a provider begins; the server brings the browser back to `next`. */
export function startOf(provider: string, next: string): string {
  const query = next === "/" ? "" : `?${new URLSearchParams({ return_to: next })}`;
  return `/api/v1/auth/oidc/${encodeURIComponent(provider)}/start${query}`;
}
