import type { ReactNode } from "react";
import { ConnectionNotice } from "./connection-notice";
import { Logo } from "./logo";
import { PageHeading } from "./page";
import { ThemeMenu } from "./theme-menu";
import { Card } from "./ui/card";

interface BarePageProps {
  readonly title: string;
  readonly about?: ReactNode;
  readonly children: ReactNode;
}

/** A page for somebody who is not signed in: one card, nothing to go to. */
export function BarePage({ title, about, children }: BarePageProps) {
  return (
    <div className="flex min-h-dvh flex-col">
      <title>{`${title} · Nightjar`}</title>
      <ConnectionNotice />
      <div className="flex justify-end p-2">
        <ThemeMenu />
      </div>
      <main id="main" tabIndex={-1} className="mx-auto w-full max-w-sm px-4 pt-[6vh] pb-12 outline-none">
        <p className="mb-6 flex items-center justify-center gap-2 text-lg font-semibold tracking-tight">
          <Logo className="h-8 w-10" /> Nightjar
        </p>
        <Card className="grid gap-5 p-6">
          <div>
            <PageHeading className="text-base">{title}</PageHeading>
            {about !== undefined && <p className="mt-1 text-muted-foreground">{about}</p>}
          </div>
          {children}
        </Card>
      </main>
    </div>
  );
}
