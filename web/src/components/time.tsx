import { formatAny, formatFull } from "@/lib/time/format";
import { now } from "@/lib/time/clock";

interface TimeProps {
  /** RFC 3339; none: `otherwise`. */
  readonly at: string | null;
  readonly otherwise?: string;
}

/** A moment, short; all of it on hover and for machines. */
export function Time({ at, otherwise = "never" }: TimeProps) {
  if (at === null) return <span className="text-muted-foreground">{otherwise}</span>;
  const time = Date.parse(at);
  return (
    <time dateTime={at} title={formatFull(time)} className="whitespace-nowrap tabular-nums">
      {formatAny(time, now())}
    </time>
  );
}
