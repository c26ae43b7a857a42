/** Tells of the moment that is shown: often enough for an address that can be copied or loaded again. */
import type { Millis } from "@/lib/footage/types";
import type { Snapshot } from "./state";

/** Milliseconds between two times while it plays; browsers limit how often an address may change. */
const PLAYING = 2_000;
/** After a seek or a pause. */
const SOON = 250;
/** More than this between two looks is a seek. */
const JUMP: Millis = 1_500;

interface Moments {
  subscribe(listener: () => void): () => void;
  getSnapshot(): Snapshot;
}

/** Stops when what is given back is called. */
export function followMoment(player: Moments, tell: (at: Millis) => void): () => void {
  let told: Millis | undefined;
  let last: Millis | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let due = Number.POSITIVE_INFINITY;

  const shown = (): Millis | undefined => {
    const { state, at, scrubbing } = player.getSnapshot();
    return state.kind === "ready" && !scrubbing && at !== undefined ? Math.round(at) : undefined;
  };
  const flush = () => {
    timer = undefined;
    due = Number.POSITIVE_INFINITY;
    const at = shown();
    if (at === undefined || at === told) return;
    told = at;
    tell(at);
  };
  const look = () => {
    const at = shown();
    if (at === undefined || at === told) return;
    const { state } = player.getSnapshot();
    const isQuick = last === undefined || Math.abs(at - last) > JUMP || (state.kind === "ready" && state.phase === "paused");
    last = at;
    const then = performance.now() + (isQuick ? SOON : PLAYING);
    if (then >= due) return;
    clearTimeout(timer);
    due = then;
    timer = setTimeout(flush, isQuick ? SOON : PLAYING);
  };

  const leave = player.subscribe(look);
  return () => {
    leave();
    clearTimeout(timer);
  };
}
