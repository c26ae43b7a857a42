import { cn } from "@/lib/cn";
import type { LiveState } from "@/lib/live/connection";

/** `over`: nothing that is looked for can happen any more, so nobody listens. */
type Told = LiveState | { readonly kind: "over" };

const WORDS: Readonly<Record<Told["kind"], readonly [text: string, about: string, tone: string]>> = {
  connecting: ["Connecting…", "New events will be shown as they happen.", "text-muted-foreground"],
  live: ["Live", "New events are shown as they happen.", "text-ok"],
  waiting: ["Not live: reconnecting…", "New events can't be told right now. What is missed meanwhile is made up for.", "text-warning"],
  refused: ["Not live", "Your account may not listen to events any more. Load the page again to see new ones.", "text-destructive"],
  over: ["Past days", "Nothing new can happen on them. Load the page again to see what was acknowledged since.", "text-muted-foreground"],
};

/** Whether what is shown is up to date. */
export function LiveBadge({ state }: { readonly state: Told }) {
  const [text, about, tone] = WORDS[state.kind];
  return (
    <p role="status" title={about} data-testid="live" data-live={state.kind} className={cn("inline-flex items-center gap-1.5 text-sm font-medium", tone)}>
      <span aria-hidden className={cn("size-2 rounded-full bg-current", state.kind === "waiting" && "animate-pulse")} />
      {text}
    </p>
  );
}
