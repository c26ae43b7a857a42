import { useEffect, useRef } from "react";
import { type Command, commandOf, isTaken, repeats } from "../engine/shortcuts";

/** The keys work on the whole page: an effect, because the window is outside of React. */
export function useKeys(run: (command: Command) => void): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    // Whether the focus is where it is because of a click. A browser draws no ring around it then.
    let byPointer = true;
    // The key that is down was used here.
    let used: string | undefined;
    window.addEventListener("pointerdown", () => void (byPointer = true), { signal, capture: true });
    window.addEventListener(
      "keydown",
      (event) => {
        if (event.key === "Tab") byPointer = false;
        used = undefined;
        const command = commandOf(event);
        if (!command || event.defaultPrevented || isTaken(event.target, event.key, byPointer)) return;
        event.preventDefault();
        used = event.key;
        if (!event.repeat || repeats(command)) latest.current(command);
      },
      { signal },
    );
    // Some browsers press a button when Space is released.
    window.addEventListener("keyup", (event) => event.key === used && event.preventDefault(), { signal, capture: true });
    return () => listening.abort();
  }, []);
}
