/** The address of a stream as people type or paste it. */

export interface Address {
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

const SCHEME = /^([a-z][a-z0-9+.-]*:\/\/)(.*)$/is;

/** With the scheme that is meant where none was written: `192.0.2.10/main` is an RTSP address. */
export function complete(text: string): string {
  const address = text.trim();
  return address === "" || SCHEME.test(address) ? address : `rtsp://${address}`;
}

/** The address without user name and password, and both apart; undefined if it holds none. */
export function takeApart(text: string): Address | undefined {
  const [, scheme = "", rest = ""] = SCHEME.exec(text.trim()) ?? [];
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? "";
  const at = authority.lastIndexOf("@");
  if (at < 0) return undefined;
  const [username = "", ...password] = authority.slice(0, at).split(":");
  return { url: scheme + rest.slice(at + 1), username: decode(username), password: decode(password.join(":")) };
}

/** A percent sign that begins no escape is meant as it stands. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `192.0.2.10` of `rtsp://192.0.2.10:554/main`; empty if there is none yet. */
export function hostOf(text: string): string {
  const rest = SCHEME.exec(complete(text))?.[2] ?? "";
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? "";
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  return (host.startsWith("[") ? /^\[[^\]]*\]?/.exec(host)?.[0] : host.split(":")[0]) ?? "";
}

/** A name for whoever does not want to think of one: `Front door` of `front-door.lan`, `Camera 192.0.2.10`. */
export function suggestedName(url: string): string {
  const host = hostOf(url);
  if (host === "") return "";
  if (/^[\d.]+$/.test(host) || host.startsWith("[")) return `Camera ${host}`;
  const words = (host.split(".")[0] ?? "").replaceAll(/[-_]+/g, " ").trim();
  return words === "" ? "" : words.charAt(0).toUpperCase() + words.slice(1);
}

/** The server shows the values of a query as `***`: such an address can't be written back. */
export function hasHidden(url: string): boolean {
  return url.includes("=***");
}
