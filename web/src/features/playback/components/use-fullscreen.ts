import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";

/** What full screen needs of an iPhone's <video>, which knows no full screen of other elements. */
type PhoneVideo = HTMLVideoElement & { webkitEnterFullscreen?(): void };

interface Fullscreen {
  /** For the `ref` of the element that fills the screen. */
  readonly ref: (element: HTMLElement | null) => void;
  readonly element: HTMLElement | null;
  readonly isFull: boolean;
  readonly toggle: () => void;
  /** For Escape: leaves full screen, if the browser has not just done so for the same key. False if there was none. */
  readonly leave: () => boolean;
}

/** Within this time after full screen ended, Escape was meant for it (milliseconds). */
const SAME_KEY = 500;

export function useFullscreen(): Fullscreen {
  const [element, ref] = useState<HTMLElement | null>(null);
  const isFull = useSyncExternalStore(subscribe, () => element !== null && document.fullscreenElement === element);
  const leftAt = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    if (!isFull) return;
    return () => {
      leftAt.current = performance.now();
    };
  }, [isFull]);
  const toggle = useCallback(() => {
    if (document.fullscreenElement) void document.exitFullscreen();
    // Refused, as in a frame that may not: the picture stays where it is.
    else if (element?.requestFullscreen) element.requestFullscreen({ navigationUI: "hide" }).catch(() => {});
    else element?.querySelector<PhoneVideo>("video")?.webkitEnterFullscreen?.();
  }, [element]);
  const leave = () => {
    if (document.fullscreenElement) void document.exitFullscreen();
    return isFull || performance.now() - leftAt.current < SAME_KEY;
  };
  return { ref, element, isFull, toggle, leave };
}

function subscribe(listener: () => void): () => void {
  document.addEventListener("fullscreenchange", listener);
  return () => document.removeEventListener("fullscreenchange", listener);
}
