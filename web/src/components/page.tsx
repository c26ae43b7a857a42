import type { ReactNode } from "react";
import { can, type Permission } from "@/lib/session/permissions";
import { useMe } from "@/lib/session/use-session";
import { AppHeader } from "./app-header";
import { ConnectionNotice } from "./connection-notice";
import { NotAllowed } from "./states";

interface PageProps {
  readonly title: string;
  readonly about?: string;
  /** What the page needs; without it, it only says so. */
  readonly permission?: Permission;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A page of lists and forms: head, title, what can be done, and the rest. */
export function Page({ title, about, permission, actions, children }: PageProps) {
  const me = useMe();
  const allowed = permission === undefined || can(me, permission);
  return (
    <div className="min-h-dvh">
      <title>{`${title} · Nightjar`}</title>
      <AppHeader />
      <ConnectionNotice />
      <main tabIndex={-1} className="mx-auto grid max-w-6xl grid-cols-[minmax(0,1fr)] gap-4 p-3 outline-none sm:p-6">
        <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
          <div className="min-w-0">
            <h2 className="text-lg font-semibold">{title}</h2>
            {about !== undefined && <p className="mt-0.5 text-muted-foreground">{about}</p>}
          </div>
          {allowed && actions}
        </div>
        {allowed ? children : <NotAllowed {...(permission ? { permission } : {})} />}
      </main>
    </div>
  );
}
