import { useCallback, useLayoutEffect, useRef } from "react";
import { attachGestures, type GestureHandlers } from "./gestures";

/** Gives the `ref` for the element; the handlers may change at each render. */
export function useGestures(
  handlers: GestureHandlers,
  wheelZooms: boolean,
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
          hover: (x) => latest.current.hover(x),
        },
        { wheelZooms },
      );
    },
    [wheelZooms],
  );
}
