import { useCallback, useState } from "react";

/** The width of an element in CSS pixels, kept current: give the first value to its `ref`. */
export function useWidth(): [ref: (element: HTMLElement | SVGElement | null) => (() => void) | undefined, width: number] {
  const [width, setWidth] = useState(0);
  const ref = useCallback((element: HTMLElement | SVGElement | null) => {
    if (!element) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
