import { useCallback, useLayoutEffect, useRef } from "react";
import { attachGestures, type GestureHandlers, type GestureOptions } from "./gestures";

/** Gives the `ref` for the element; the handlers may change at each render. */
export function useGestures(
  handlers: GestureHandlers,
  { wheelZooms, scrubs }: GestureOptions,
): (element: HTMLElement | null) => (() => void) | undefined {
  const latest = useRef(handlers);
  // The listeners are attached once, and always call what was rendered last.
  useLayoutEffect(() => {
    latest.current = handlers;
  });
  return useCallback(
    (element: HTMLElement | null) => {
      if (!element) return undefined;
      return attachGestures(
        element,
        {
          zoom: (factor, x) => latest.current.zoom(factor, x),
          pan: (dx) => latest.current.pan(dx),
          pick: (x) => latest.current.pick(x),
          scrub: (x, phase) => latest.current.scrub(x, phase),
          hover: (x) => latest.current.hover(x),
        },
        { wheelZooms, scrubs },
      );
    },
    [wheelZooms, scrubs],
  );
}
