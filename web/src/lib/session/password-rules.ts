/** The server's rules for a new password, as far as the page can tell them while somebody types. */

export interface Rule {
  readonly text: string;
  /** Undefined: only the server knows. */
  readonly met: boolean | undefined;
}

const MIN_CHARS = 10;
const MAX_BYTES = 256;

export function rulesOf(password: string, username: string): readonly Rule[] {
  const tooLong = new TextEncoder().encode(password).length > MAX_BYTES;
  return [
    { text: `At least ${MIN_CHARS} characters`, met: [...password].length >= MIN_CHARS },
    { text: "Not the user name", met: password !== "" && password.toLowerCase() !== username.toLowerCase() },
    ...(tooLong ? [{ text: `At most ${MAX_BYTES} bytes`, met: false }] : []),
    { text: "Not one of those that everybody tries first; the server looks", met: undefined },
  ];
}

export function mayBePassword(password: string, username: string): boolean {
  return rulesOf(password, username).every((rule) => rule.met !== false);
}
