import { CircleAlert } from "lucide-react";
import { useConnection } from "@/lib/api/connection";
import { type Answer, asOf } from "@/lib/time/as-of";
import { now } from "@/lib/time/clock";
import { formatMoment } from "@/lib/time/format";
import { Alert } from "./ui/alert";

/** Says that the state on the page is an old one. Where the server does not answer at all, the page's head says so. */
export function StaleNotice({ answer }: { readonly answer: Answer }) {
  const isLost = useConnection() === "lost";
  const since = asOf(answer);
  if (since === undefined || isLost) return null;
  return (
    <Alert variant="warning" data-testid="stale">
      <CircleAlert aria-hidden />
      <p>The state can't be read: what is shown is that of {formatMoment(since, now())}. Trying again by itself.</p>
    </Alert>
  );
}
