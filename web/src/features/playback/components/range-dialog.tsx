import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogTitle } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import type { Interval, Millis } from "@/lib/footage/types";
import { fromInput, toInput, toInputAfter } from "@/lib/time/input";
import { footageQuery } from "../api/downloads";
import { rangeProblem, rangeSummary } from "../engine/range";

interface RangeDialogProps {
  readonly initial: Interval;
  readonly cameraId: string;
  readonly now: Millis;
  onClose(): void;
  onDownload(range: Interval): void;
}

/** Asks for the range to download; gaps in it are left out of the file, and said before. */
export function RangeDialog({ initial, cameraId, now, onClose, onDownload }: RangeDialogProps) {
  const [start, setStart] = useState(toInput(initial.start));
  const [end, setEnd] = useState(toInputAfter(initial.end));
  const range = { start: fromInput(start), end: fromInput(end) };
  const problem = rangeProblem(range, now);
  const valid = problem === undefined && range.start !== undefined && range.end !== undefined ? { start: range.start, end: range.end } : undefined;
  const footage = useQuery(footageQuery(cameraId, valid));
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
            {problem ?? (valid && rangeSummary(valid, footage.data ?? (footage.isError ? "failed" : "loading")))}
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
