import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { can, type Permission } from "@/lib/session/permissions";
import { useMe } from "@/lib/session/use-session";
import { NotAllowed } from "./states";

interface PageProps {
  readonly title: string;
  readonly about?: string;
  /** What the page needs; without it, it only says so. */
  readonly permission?: Permission;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A page of lists and forms: its name, what can be done, and the rest. The shell around it is the route's. */
export function Page({ title, about, permission, actions, children }: PageProps) {
  const me = useMe();
  const allowed = permission === undefined || can(me, permission);
  return (
    <main id="main" tabIndex={-1} className="mx-auto grid max-w-6xl grid-cols-[minmax(0,1fr)] gap-4 p-3 outline-none sm:p-6">
      <title>{`${title} · Nightjar`}</title>
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <PageHeading>{title}</PageHeading>
          {about !== undefined && <p className="mt-0.5 text-muted-foreground">{about}</p>}
        </div>
        {allowed && actions}
      </div>
      {allowed ? children : <NotAllowed {...(permission ? { permission } : {})} />}
    </main>
  );
}

/** The page's name. It takes the focus when somebody comes to the page, so that a screen reader says where they are. */
export function PageHeading({ className, children }: { readonly className?: string; readonly children: ReactNode }) {
  return (
    <h1 tabIndex={-1} className={cn("text-lg font-semibold break-words outline-none", className)}>
      {children}
    </h1>
  );
}
