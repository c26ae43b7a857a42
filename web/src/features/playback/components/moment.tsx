import type { Millis } from "@/lib/footage/types";
import { formatDay, formatPreciseClock, formatZone, zoneName } from "@/lib/time/format";

/** When the picture that is shown was filmed. */
export function Moment({ at }: { readonly at: Millis | undefined }) {
  return (
    <div>
      <p className="text-3xl leading-none font-semibold tracking-tight tabular-nums" data-testid="clock" data-at={at}>
        {at === undefined ? "--:--:--" : formatPreciseClock(at)}
      </p>
      <p className="mt-1.5 text-xs text-muted-foreground" title={zoneName()}>
        {at === undefined ? " " : `${formatDay(at)}, ${formatZone(at)}`}
      </p>
    </div>
  );
}
