import { GitMerge } from "lucide-react";
import { Alert } from "@/components/ui/alert";

interface ChangedNoticeProps {
  /** "account" */
  readonly what: string;
  /** The fields that somebody else has changed; none: nobody has. */
  readonly fields: readonly string[] | undefined;
}

/** Somebody else was faster: their changes are in the form now, below what was typed. */
export function ChangedNotice({ what, fields }: ChangedNoticeProps) {
  if (!fields) return null;
  return (
    <Alert variant="warning" data-testid="conflict">
      <GitMerge aria-hidden />
      <p>
        Somebody else has changed this {what} since you opened it
        {fields.length > 0 ? `: ${fields.join(", ")}.` : ", but nothing that is shown here."} Nothing of yours is saved yet: save again to put it on top.
      </p>
    </Alert>
  );
}
