/**
 * Wheel, drag, pinch and click on a timeline as what they mean. Plain DOM, because React's wheel
 * listener can't keep the page from scrolling. Positions are pixels from the left edge.
 */

export interface GestureHandlers {
  /** `factor` < 1: show less time around `x`. */
  zoom(factor: number, x: number): void;
  /** The content was pulled by this many pixels. */
  pan(dx: number): void;
  pick(x: number): void;
  /** A drag, where `scrubs` is set. */
  scrub(x: number, phase: "move" | "end"): void;
  hover(x: number | undefined): void;
}

export interface GestureOptions {
  /** A plain wheel zooms; else it scrolls the page, and only a wheel with Ctrl or a pinch zooms. */
  readonly wheelZooms: boolean;
  /** A drag scrubs; else it pans. */
  readonly scrubs: boolean;
}

/** Farther than this a press is a drag. */
const SLOP = 4;
const WHEEL_SPEED = 0.0022;
/** A mouse wheel counts in lines in some browsers. */
const LINE = 32;

export function attachGestures(element: HTMLElement, handlers: GestureHandlers, options: GestureOptions): () => void {
  const pointers = new Map<number, number>();
  let start = 0;
  let dragging = false;
  let pinched = false;

  const xOf = (event: MouseEvent) => event.clientX - element.getBoundingClientRect().left;
  const spread = () => {
    const [a = 0, b = 0] = [...pointers.values()];
    return { distance: Math.max(8, Math.abs(a - b)), middle: (a + b) / 2 };
  };

  const onWheel = (event: WheelEvent) => {
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1;
    const sideways = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
    if (Math.abs(sideways) > Math.abs(event.deltaY) || event.shiftKey) {
      event.preventDefault();
      handlers.pan(-sideways * unit);
    } else if (options.wheelZooms || event.ctrlKey || event.metaKey) {
      event.preventDefault();
      // A pinch on a touch pad arrives as a wheel with Ctrl, in much smaller steps.
      const speed = event.ctrlKey && Math.abs(event.deltaY) < 40 ? WHEEL_SPEED * 4 : WHEEL_SPEED;
      handlers.zoom(Math.exp(event.deltaY * unit * speed), xOf(event));
    }
  };
  const onDown = (event: PointerEvent) => {
    if (event.pointerType === "mouse" && event.button !== 0) return;
    pointers.set(event.pointerId, xOf(event));
    if (pointers.size === 1) {
      start = xOf(event);
      dragging = false;
      pinched = false;
    } else {
      endScrub(start);
      pinched = true;
    }
  };
  /** A drag that scrubbed is over. */
  const endScrub = (x: number) => {
    if (dragging && options.scrubs && !pinched) handlers.scrub(x, "end");
  };
  const onMove = (event: PointerEvent) => {
    const x = xOf(event);
    const before = pointers.get(event.pointerId);
    if (before === undefined) {
      if (event.pointerType === "mouse") handlers.hover(x);
      return;
    }
    if (pointers.size >= 2) {
      const old = spread();
      pointers.set(event.pointerId, x);
      const fresh = spread();
      handlers.pan(fresh.middle - old.middle);
      handlers.zoom(old.distance / fresh.distance, fresh.middle);
      return;
    }
    if (!dragging && Math.abs(x - start) > SLOP) {
      dragging = true;
      element.setPointerCapture(event.pointerId);
      handlers.hover(undefined);
    }
    if (dragging && options.scrubs && !pinched) handlers.scrub(x, "move");
    else if (dragging) handlers.pan(x - before);
    pointers.set(event.pointerId, x);
  };
  const onUp = (event: PointerEvent) => {
    const known = pointers.delete(event.pointerId);
    if (known) endScrub(xOf(event));
    if (known && !dragging && !pinched && event.type === "pointerup") handlers.pick(xOf(event));
  };
  const onLeave = (event: PointerEvent) => {
    handlers.hover(undefined);
    if (!element.hasPointerCapture(event.pointerId)) pointers.delete(event.pointerId);
  };

  element.addEventListener("wheel", onWheel, { passive: false });
  element.addEventListener("pointerdown", onDown);
  element.addEventListener("pointermove", onMove);
  element.addEventListener("pointerup", onUp);
  element.addEventListener("pointercancel", onUp);
  element.addEventListener("pointerleave", onLeave);
  return () => {
    element.removeEventListener("wheel", onWheel);
    element.removeEventListener("pointerdown", onDown);
    element.removeEventListener("pointermove", onMove);
    element.removeEventListener("pointerup", onUp);
    element.removeEventListener("pointercancel", onUp);
    element.removeEventListener("pointerleave", onLeave);
  };
}
