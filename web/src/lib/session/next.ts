/** Where to go after signing in: only ever a place on this page. */

const NOWHERE = ["/login", "/setup"];

export function safeNext(next: unknown): string {
  if (typeof next !== "string" || !next.startsWith("/")) return "/";
  // `//host`, `/\host`, `/.//host` and control characters lead away from here in a browser.
  const url = URL.canParse(next, "http://here") ? new URL(next, "http://here") : undefined;
  if (!url || url.origin !== "http://here" || url.pathname.startsWith("//") || NOWHERE.includes(url.pathname)) return "/";
  return url.pathname + url.search + url.hash;
}
