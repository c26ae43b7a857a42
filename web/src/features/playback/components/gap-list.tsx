import { CauseSwatch } from "@/components/timeline/legend";
import { causeLabel } from "@/lib/footage/causes";
import { contains, type Gap, type Millis } from "@/lib/footage/types";
import { formatDuration, formatMoment } from "@/lib/time/format";

interface GapListProps {
  /** None while they are not known. */
  readonly gaps: readonly Gap[] | undefined;
  readonly at: Millis | undefined;
  readonly now: Millis;
  onSeek(at: Millis): void;
}

/** So much before a gap its last pictures are played from. */
const RUN_UP = 5_000;
/** More can be seen on the timeline, and reached with "next gap". */
const MAX_SHOWN = 200;

/** The gaps that the timeline shows, newest first; a click plays the seconds before one. */
export function GapList({ gaps, at, now, onSeek }: GapListProps) {
  if (!gaps) return <p className="px-2 py-1 text-xs text-muted-foreground">Not loaded yet.</p>;
  const lost = gaps.filter((gap) => gap.cause !== "connecting");
  if (lost.length === 0) return <p className="px-2 py-1 text-xs text-muted-foreground">None.</p>;
  return (
    <ol className="max-h-56 overflow-y-auto lg:max-h-none" aria-label="Gaps, newest first">
      {lost.toReversed().slice(0, MAX_SHOWN).map((gap) => (
        <li key={gap.start}>
          <button
            type="button"
            onClick={() => onSeek(gap.start - RUN_UP)}
            title={gap.details}
            aria-current={at !== undefined && contains(gap, at) ? "true" : undefined}
            className="flex w-full items-center gap-2 rounded-md px-2 py-1.5 touch:min-h-11 text-left text-xs outline-none hover:bg-accent focus-visible:ring-2 focus-visible:ring-ring aria-[current]:bg-accent"
          >
            <CauseSwatch cause={gap.cause} />
            <span className="min-w-0 flex-1 truncate">{causeLabel(gap.cause)}</span>
            <span className="text-muted-foreground tabular-nums">{gap.open ? "still lasts" : formatDuration(gap.end - gap.start)}</span>
            <span className="min-w-14 text-right tabular-nums">{formatMoment(gap.start, now)}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}
