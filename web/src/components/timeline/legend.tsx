import { cn } from "@/lib/cn";
import { causeColor, causeLabel, GAP_CAUSES, type GapCause } from "@/lib/footage/causes";

export function CauseSwatch({ cause, className }: { readonly cause: GapCause; readonly className?: string }) {
  return (
    <span
      aria-hidden
      className={cn("inline-block size-2.5 shrink-0 rounded-[3px]", className)}
      style={{ background: causeColor(cause) }}
    />
  );
}

/** What the colours mean; only the causes that occur. */
export function Legend({ causes }: { readonly causes: ReadonlySet<GapCause> }) {
  const shown = [...GAP_CAUSES, "unknown" as const].filter((cause) => causes.has(cause));
  return (
    <ul aria-label="Colours of the timeline" className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-muted-foreground">
      <li className="flex items-center gap-1.5">
        <span aria-hidden className="inline-block size-2.5 rounded-[3px] bg-recorded" />
        Recorded
      </li>
      {shown.map((cause) => (
        <li key={cause} className="flex items-center gap-1.5">
          <CauseSwatch cause={cause} />
          {causeLabel(cause)}
        </li>
      ))}
    </ul>
  );
}
