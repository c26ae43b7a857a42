import { Download } from "lucide-react";
import { useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogTitle } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { slo } from "@/lib/footage/slo";
import type { Footage, Interval, Millis } from "@/lib/footage/types";
import { formatDuration, formatZone } from "@/lib/time/format";
import { fromInput, toInput } from "@/lib/time/input";
import { rangeProblem } from "../engine/range";

interface RangeDialogProps {
  readonly initial: Interval;
  readonly footage: Footage;
  readonly now: Millis;
  onClose(): void;
  onDownload(range: Interval): void;
}

/** Asks for the range to download; gaps in it are left out of the file, and said before. */
export function RangeDialog({ initial, footage, now, onClose, onDownload }: RangeDialogProps) {
  const [start, setStart] = useState(toInput(initial.start));
  const [end, setEnd] = useState(toInput(initial.end));
  const range = { start: fromInput(start), end: fromInput(end) };
  const problem = rangeProblem(range, now);
  const valid = problem === undefined && range.start !== undefined && range.end !== undefined ? { start: range.start, end: range.end } : undefined;
  const missing = valid && valid.end - valid.start - slo(footage, valid).recorded;
  const id = useId();
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent aria-describedby={`${id}-about`}>
        <DialogTitle>Download a range</DialogTitle>
        <DialogDescription id={`${id}-about`}>One MP4 file, not transcoded. It begins at the key frame before the first time.</DialogDescription>
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (valid) onDownload(valid);
          }}
        >
          <TimeField id={`${id}-start`} label="From" value={start} onChange={setStart} />
          <TimeField id={`${id}-end`} label="To" value={end} onChange={setEnd} />
          <p role="status" className={problem ? "text-sm text-destructive" : "text-sm text-muted-foreground"}>
            {problem ?? (valid && summary(valid, missing ?? 0))}
          </p>
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!valid}>
              <Download aria-hidden /> Download
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

function summary(range: Interval, missing: Millis): string {
  const gaps = missing > 500 ? ` ${formatDuration(missing)} of it is not recorded and will be left out.` : "";
  return `${formatDuration(range.end - range.start)}, ${formatZone(range.start)}.${gaps}`;
}

interface TimeFieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  onChange(value: string): void;
}

function TimeField({ id, label, value, onChange }: TimeFieldProps) {
  return (
    <div className="grid gap-1.5">
      <Label htmlFor={id}>{label}</Label>
      <Input id={id} type="datetime-local" step="1" required value={value} onChange={(event) => onChange(event.target.value)} />
    </div>
  );
}
