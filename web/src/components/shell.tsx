import type { ReactNode } from "react";
import { AppHeader } from "./app-header";
import { ConnectionNotice } from "./connection-notice";

/** What stays around all pages of somebody who is signed in. */
export function Shell({ children }: { readonly children: ReactNode }) {
  return (
    <div className="min-h-dvh">
      <AppHeader />
      <ConnectionNotice />
      {children}
    </div>
  );
}
