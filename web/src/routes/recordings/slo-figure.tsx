import { cn } from "@/lib/cn";
import type { Slo } from "@/lib/footage/slo";
import { formatDuration, formatRatio } from "@/lib/time/format";

interface SloFigureProps {
  readonly slo: Slo;
  readonly label?: string;
}

/** Recorded / should have been recorded, in the time that is shown. */
export function SloFigure({ slo, label }: SloFigureProps) {
  if (slo.ratio === undefined) return <span className="text-xs text-muted-foreground">–</span>;
  return (
    <span
      className="inline-flex items-baseline gap-1.5 text-xs tabular-nums"
      title={`${formatDuration(slo.recorded)} recorded, ${formatDuration(slo.lost)} lost, in the time shown`}
      data-testid="slo"
    >
      {label && <span className="text-muted-foreground">{label}</span>}
      <span className={cn("font-medium", tone(slo.ratio))}>{formatRatio(slo.ratio)}</span>
    </span>
  );
}

function tone(ratio: number): string {
  if (ratio >= 0.999) return "text-foreground";
  return ratio >= 0.99 ? "text-warning" : "text-destructive";
}
