import { GitMerge } from "lucide-react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import type { Camera } from "@/lib/api/types";
import { changedBetween } from "../conflict";

interface ConflictProps {
  readonly before: Camera;
  /** As somebody else has made it; none while it is being loaded. */
  readonly now: Camera | undefined;
  onMine(now: Camera): void;
  onTheirs(now: Camera): void;
}

/** Somebody else was faster: whoever is second decides, seeing what was changed. */
export function Conflict({ before, now, onMine, onTheirs }: ConflictProps) {
  const theirs = now ? changedBetween(before, now) : [];
  return (
    <Alert variant="warning" data-testid="conflict">
      <GitMerge aria-hidden />
      <div className="grid gap-3">
        <div>
          <p className="font-medium">Somebody else has changed this camera since you opened it.</p>
          <p className="mt-1 text-muted-foreground">
            {now === undefined
              ? "Loading what was changed…"
              : theirs.length > 0
                ? `They changed: ${theirs.join(", ")}. Nothing of yours is saved yet.`
                : "Nothing that is shown here differs: it may have been the password. Nothing of yours is saved yet."}
          </p>
        </div>
        {now && (
          <div className="flex flex-wrap gap-2">
            <Button size="sm" onClick={() => onMine(now)}>
              Keep my changes, on top of theirs
            </Button>
            <Button variant="outline" size="sm" onClick={() => onTheirs(now)}>
              Drop mine, show theirs
            </Button>
          </div>
        )}
      </div>
    </Alert>
  );
}
