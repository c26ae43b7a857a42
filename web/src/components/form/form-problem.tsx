import { CircleAlert } from "lucide-react";
import { Alert } from "@/components/ui/alert";
import { ApiError } from "@/lib/api/client";

/** Why what was asked for was not done; shows nothing without an error. */
export function FormProblem({ error }: { readonly error: Error | null | undefined }) {
  if (!error) return null;
  const requestId = error instanceof ApiError && error.status >= 500 ? error.requestId : undefined;
  return (
    <Alert variant="destructive" data-testid="problem">
      <CircleAlert aria-hidden />
      <div className="min-w-0">
        <p>{error.message}</p>
        {requestId && (
          <p className="mt-1 text-xs text-muted-foreground">
            For the log: request <code className="break-all text-foreground">{requestId}</code>
          </p>
        )}
      </div>
    </Alert>
  );
}

/** With these, the details name fields. */
const FIELD_CODES: readonly string[] = ["VALIDATION_FAILED", "CONFLICT", "CAMERA_HOST_DUPLICATE", "CAMERA_SERIAL_DUPLICATE"];

/** What the server says about one field of a form. */
export function fieldProblem(error: Error | null | undefined, field: string): string | undefined {
  const reason = error instanceof ApiError && FIELD_CODES.includes(error.code) ? error.details[field] : undefined;
  return typeof reason === "string" ? reason : undefined;
}

/** The error, unless the fields already show it. */
export function unlessShown(error: Error | null | undefined, fields: readonly string[]): Error | undefined {
  return !error || fields.some((field) => fieldProblem(error, field) !== undefined) ? undefined : error;
}
