import { type MouseEvent, type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { PortalProvider } from "@/components/ui/portal";
import { cn } from "@/lib/cn";
import { ControlsCurtain } from "../engine/curtain";
import type { useFullscreen } from "./use-fullscreen";

interface StageProps {
  readonly fullscreen: ReturnType<typeof useFullscreen>;
  /** Over the picture in full screen: whose it is, and when it was filmed. */
  readonly title: ReactNode;
  readonly picture: ReactNode;
  /** Scrubber and buttons: below the picture, in full screen over it. */
  readonly bar: ReactNode;
  onToggle(): void;
}

/** What fills the screen: the picture and its controls, which go away while nobody touches anything. */
export function Stage({ fullscreen, title, picture, bar, onToggle }: StageProps) {
  const { ref, element, isFull } = fullscreen;
  const [curtain] = useState(() => new ControlsCurtain(isBusy));
  const isShown = useSyncExternalStore(curtain.subscribe, curtain.isShown) || !isFull;
  const clicks = useClicks(onToggle, fullscreen.toggle);
  // Signs of life are those of the whole screen, whatever has the focus.
  useEffect(() => {
    if (!isFull) return;
    const listening = new AbortController();
    const { signal } = listening;
    curtain.wake();
    document.addEventListener("pointermove", ({ pointerType }) => pointerType !== "touch" && curtain.wake(), { signal });
    for (const sign of ["keydown", "focusin"] as const) document.addEventListener(sign, curtain.wake, { signal });
    return () => {
      listening.abort();
      curtain.stop();
    };
  }, [curtain, isFull]);

  const onClick = (event: MouseEvent) => {
    // A finger asks for the controls, which cover nothing before.
    if (isFull && (event.nativeEvent as PointerEvent).pointerType === "touch") curtain.toggle();
    else clicks.onClick(event);
  };
  return (
    <PortalProvider value={isFull ? element : null}>
      <div
        ref={ref}
        data-testid="stage"
        data-fullscreen={isFull}
        data-controls={isShown ? "shown" : "hidden"}
        className={cn("group/stage", isFull && "dark relative size-full overflow-hidden bg-black text-foreground", isFull && !isShown && "cursor-none")}
      >
        {/* The keys do the same: a click is the shorter way for those who have a pointer. */}
        {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions */}
        <div className={isFull ? "absolute inset-0" : undefined} onClick={onClick} onDoubleClick={clicks.onDoubleClick}>
          {picture}
        </div>
        {isFull && (
          <div className={cn(OVERLAY, HIDDEN, "top-0 bg-linear-to-b from-black/75 to-transparent pt-[max(1rem,env(safe-area-inset-top))] pb-10 text-white")}>{title}</div>
        )}
        <div
          // What is pressed on it is not meant for the picture below.
          onPointerDown={isFull ? curtain.wake : undefined}
          className={isFull ? cn(OVERLAY, HIDDEN, "bottom-0 bg-linear-to-t from-black/85 via-black/60 to-transparent pt-12 pb-[max(1rem,env(safe-area-inset-bottom))]") : undefined}
        >
          {bar}
        </div>
      </div>
    </PortalProvider>
  );
}

const OVERLAY = "absolute inset-x-0 px-4 transition-opacity duration-150 landscape:px-[max(1rem,env(safe-area-inset-left))]";
const HIDDEN = "group-data-[controls=hidden]/stage:pointer-events-none group-data-[controls=hidden]/stage:opacity-0";

/** Nothing goes away under an open menu. */
function isBusy(): boolean {
  return (document.fullscreenElement?.querySelector("[role=menu], [role=dialog]") ?? null) !== null;
}

/** Within this time a second click makes a double click (milliseconds). */
const DOUBLE = 220;

/** A click plays or pauses, a double click does neither. */
function useClicks(onToggle: () => void, onDouble: () => void) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return {
    onClick: (event: MouseEvent) => {
      if (isOfButton(event)) return;
      clearTimeout(timer.current);
      if (event.detail <= 1) timer.current = setTimeout(onToggle, DOUBLE);
    },
    onDoubleClick: (event: MouseEvent) => {
      if (isOfButton(event)) return;
      clearTimeout(timer.current);
      onDouble();
    },
  };
}

/** A button over the picture, as "Try now", is meant for itself. */
function isOfButton({ target }: MouseEvent): boolean {
  return target instanceof Element && target.closest("button, a") !== null;
}
