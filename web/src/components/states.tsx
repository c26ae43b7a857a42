import { Lock, PlugZap } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { ApiError } from "@/lib/api/client";
import type { Permission } from "@/lib/session/permissions";

export function LoadingRows({ what }: { readonly what: string }) {
  return (
    <Card role="status" aria-label={`Loading ${what}`} className="divide-y">
      {["a", "b", "c", "d"].map((key) => (
        <div key={key} className="flex items-center gap-4 p-4">
          <Skeleton className="h-4 w-40" />
          <Skeleton className="h-3 flex-1" />
        </div>
      ))}
    </Card>
  );
}

interface LoadFailedProps {
  /** With a capital letter: it begins the sentence. */
  readonly what: string;
  readonly error: Error;
  /** Every few seconds anyway. */
  readonly isRetried?: boolean;
  onRetry(): void;
}

/** Nothing could be loaded at all. */
export function LoadFailed({ what, error, isRetried = false, onRetry }: LoadFailedProps) {
  if (error instanceof ApiError && error.code === "AUTH_INSUFFICIENT_PERMISSIONS") return <NotAllowed>{error.message}</NotAllowed>;
  const requestId = error instanceof ApiError ? error.requestId : undefined;
  return (
    <Card className="mx-auto mt-[8vh] max-w-lg p-8" role="alert" data-testid="load-failed">
      <PlugZap className="size-7 text-destructive" strokeWidth={1.5} aria-hidden />
      <h2 className="mt-4 text-lg font-semibold">{what} can't be shown</h2>
      <p className="mt-1 text-muted-foreground">
        {error.message}
        {isRetried && " Trying again by itself."}
      </p>
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

interface NotAllowedProps {
  readonly permission?: Permission;
  readonly children?: ReactNode;
}

/** Instead of a page that the account may not see. */
export function NotAllowed({ permission, children }: NotAllowedProps) {
  return (
    <Card className="mx-auto mt-[8vh] max-w-lg p-8" data-testid="not-allowed">
      <Lock className="size-7 text-muted-foreground" strokeWidth={1.5} aria-hidden />
      <h2 className="mt-4 text-lg font-semibold">You may not see this page</h2>
      <p className="mt-1 text-muted-foreground">
        {children ?? (
          <>
            It needs the permission <code className="text-foreground">{permission}</code>, which your account does not have.
          </>
        )}{" "}
        An administrator of your organization can change that.
      </p>
    </Card>
  );
}

interface EmptyProps {
  readonly title: string;
  readonly children?: ReactNode;
}

export function Empty({ title, children }: EmptyProps) {
  return (
    <Card className="p-8 text-center" data-testid="empty">
      <p className="font-medium">{title}</p>
      {children !== undefined && <p className="mt-1 text-muted-foreground">{children}</p>}
    </Card>
  );
}
