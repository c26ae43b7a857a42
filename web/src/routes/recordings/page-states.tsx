import { PlugZap } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { ApiError } from "@/lib/api/client";

export function Loading() {
  return (
    <Card role="status" aria-label="Loading the cameras" className="divide-y">
      {["a", "b", "c", "d"].map((key) => (
        <div key={key} className="grid gap-3 p-3 md:grid-cols-[16rem_1fr]">
          <div className="space-y-2">
            <Skeleton className="h-4 w-32" />
            <Skeleton className="h-3 w-44" />
          </div>
          <Skeleton className="h-9" />
        </div>
      ))}
    </Card>
  );
}

interface LoadFailedProps {
  readonly error: Error;
  onRetry(): void;
}

/** Nothing could be loaded at all; it is tried again every few seconds anyway. */
export function LoadFailed({ error, onRetry }: LoadFailedProps) {
  const requestId = error instanceof ApiError ? error.requestId : undefined;
  return (
    <Card className="mx-auto mt-[8vh] max-w-lg p-8" role="alert" data-testid="load-failed">
      <PlugZap className="size-7 text-destructive" strokeWidth={1.5} aria-hidden />
      <h2 className="mt-4 text-lg font-semibold">The cameras can't be shown</h2>
      <p className="mt-1 text-muted-foreground">{error.message} Trying again by itself.</p>
      {requestId && (
        <p className="mt-2 text-xs text-muted-foreground">
          For the log: request <code className="text-foreground">{requestId}</code>
        </p>
      )}
      <Button variant="outline" className="mt-5" onClick={onRetry}>
        Try now
      </Button>
    </Card>
  );
}
