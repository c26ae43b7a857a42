import { GitMerge } from "lucide-react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import type { Camera } from "@/lib/api/types";
import { changedBetween } from "../conflict";

interface ConflictProps {
  readonly before: Camera;
  /** As somebody else has made it; none while it is not known. */
  readonly now: Camera | undefined;
  readonly isLoading: boolean;
  /** Why it could not be loaded. */
  readonly error: Error | null;
  onRetry(): void;
  onMine(now: Camera): void;
  onTheirs(now: Camera): void;
}

/** Somebody else was faster: whoever is second decides, seeing what was changed. */
export function Conflict({ before, now, isLoading, error, onRetry, onMine, onTheirs }: ConflictProps) {
  const theirs = now ? changedBetween(before, now) : [];
  return (
    <Alert variant="warning" data-testid="conflict">
      <GitMerge aria-hidden />
      <div className="grid gap-3">
        <div>
          <p className="font-medium">Somebody else has changed this camera since you opened it.</p>
          <p className="mt-1 text-muted-foreground">
            {now === undefined
              ? isLoading
                ? "Loading what was changed…"
                : `What was changed can't be loaded. ${error?.message ?? ""}`
              : theirs.length > 0
                ? `They changed: ${theirs.join(", ")}. Nothing of yours is saved yet.`
                : "Nothing that is shown here differs: it may have been the password. Nothing of yours is saved yet."}
          </p>
        </div>
        {!now && !isLoading && (
          <Button variant="outline" size="sm" className="w-fit" onClick={onRetry}>
            Try again
          </Button>
        )}
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
