import { Loader2 } from "lucide-react";
import { useConnection } from "@/lib/api/connection";

/** Shown while the server does not answer; the queries go on asking, so it goes away by itself. */
export function ConnectionNotice() {
  const lost = useConnection() === "lost";
  return (
    <div aria-live="assertive">
      {lost && (
        <p data-testid="connection-lost" className="flex items-center justify-center gap-2 border-b border-warning/40 bg-warning/15 px-4 py-2 text-sm">
          <Loader2 className="size-4 shrink-0 animate-spin text-warning" aria-hidden />
          The connection to the server is lost. Reconnecting; what is shown is the last that is known.
        </p>
      )}
    </div>
  );
}
