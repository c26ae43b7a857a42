import { Loader2 } from "lucide-react";
import { useConnection } from "@/lib/api/connection";

/** While it is not known yet whether somebody is signed in. */
export function Checking() {
  const lost = useConnection() === "lost";
  return (
    <main className="flex min-h-dvh items-center justify-center p-8" data-testid="checking">
      <title>Loading · Nightjar</title>
      <p role="status" className="flex items-center gap-2.5 text-muted-foreground">
        <Loader2 className="size-4 shrink-0 animate-spin" aria-hidden />
        {lost ? "The server does not answer. Retrying automatically." : <span className="sr-only">One moment</span>}
      </p>
    </main>
  );
}
