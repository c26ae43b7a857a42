/** When the controls over a full-screen picture are shown: after a sign of life, for a few seconds. No React, no DOM. */

/** Milliseconds. */
export const SHOWN_FOR = 3_000;

export class ControlsCurtain {
  private readonly listeners = new Set<() => void>();
  private shown = true;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `isBusy`: something is open or held, so nothing may be hidden yet. */
  constructor(private readonly isBusy: () => boolean) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly isShown = (): boolean => this.shown;

  /** Shows them, for some time from now on. */
  readonly wake = (): void => {
    this.set(true);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.isBusy() ? this.wake() : this.set(false)), SHOWN_FOR);
  };

  /** A tap on the picture. */
  readonly toggle = (): void => {
    if (!this.shown) return this.wake();
    clearTimeout(this.timer);
    this.set(false);
  };

  /** Full screen is over: they stay. */
  readonly stop = (): void => {
    clearTimeout(this.timer);
    this.set(true);
  };

  private set(shown: boolean): void {
    if (shown === this.shown) return;
    this.shown = shown;
    for (const listener of this.listeners) listener();
  }
}
