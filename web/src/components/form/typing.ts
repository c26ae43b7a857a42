/** What is typed in a field whose value is kept elsewhere, and comes back from there some time later. */

export interface Typing {
  readonly typed: string;
  /** As it was last kept elsewhere. */
  readonly known: string;
  /** What was told and has not come back yet, oldest first. */
  readonly told: readonly string[];
}

export function typingOf(value: string): Typing {
  return { typed: value, known: value, told: [] };
}

/** It was told: its coming back is no news. */
export function tell(typing: Typing, text: string): Typing {
  const last = typing.told.at(-1) ?? typing.known;
  return text === last ? typing : { ...typing, told: [...typing.told, text] };
}

/** It is kept like this now: because it was told, or by the browser's back button, or by "clear all". */
export function follow(typing: Typing, value: string): Typing {
  if (value === typing.known) return typing;
  const own = typing.told.indexOf(value);
  if (own >= 0) return { ...typing, known: value, told: typing.told.slice(own + 1) };
  return { typed: value === typing.typed.trim() ? typing.typed : value, known: value, told: [] };
}
