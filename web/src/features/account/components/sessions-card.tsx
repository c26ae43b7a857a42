import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { FormProblem } from "@/components/form/form-problem";
import { Time } from "@/components/time";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import type { SignInSession } from "@/lib/api/types";
import { endSession, sessionsQuery } from "../api/account";
import { describeAgent } from "../user-agent";

/** Where else one is signed in. */
export function SessionsCard() {
  const sessions = useQuery(sessionsQuery);
  const queryClient = useQueryClient();
  const end = useMutation({ mutationFn: endSession, onSettled: () => queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey }) });
  return (
    <Card aria-labelledby="sessions-title">
      <div className="p-5 pb-3">
        <h2 id="sessions-title" className="font-semibold">
          Where you are signed in
        </h2>
        <p className="mt-1 text-muted-foreground">End what you do not recognize, then change your password.</p>
      </div>
      <div className="grid gap-3 px-5 empty:hidden">
        <FormProblem error={sessions.error ?? end.error} />
      </div>
      {sessions.isPending && (
        <div role="status" aria-label="Loading your sign-ins" className="p-5 pt-2">
          <Skeleton className="h-10" />
        </div>
      )}
      <ul className="divide-y">
        {sessions.data?.map((session) => (
          <SessionRow key={session.id} session={session} ending={end.isPending && end.variables === session.id} onEnd={() => end.mutate(session.id)} />
        ))}
      </ul>
    </Card>
  );
}

interface SessionRowProps {
  readonly session: SignInSession;
  readonly ending: boolean;
  onEnd(): void;
}

function SessionRow({ session, ending, onEnd }: SessionRowProps) {
  const agent = describeAgent(session.user_agent);
  return (
    <li className="flex items-center justify-between gap-4 px-5 py-3" data-testid="sign-in">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          <span title={session.user_agent}>{agent}</span>
          {session.current && <Badge variant="ok">This one</Badge>}
        </p>
        <p className="mt-0.5 text-xs text-muted-foreground">
          {session.ip ?? "unknown address"} · since <Time at={session.created_at} /> · last used <Time at={session.last_used_at} />
        </p>
      </div>
      {!session.current && (
        <Button variant="outline" size="sm" pending={ending} onClick={onEnd} aria-label={`End the sign-in with ${agent} from ${session.ip ?? "an unknown address"}`}>
          End
        </Button>
      )}
    </li>
  );
}
