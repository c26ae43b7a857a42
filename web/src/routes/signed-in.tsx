import { createRoute, Navigate, Outlet, useLocation } from "@tanstack/react-router";
import { useState } from "react";
import { Checking } from "@/components/checking";
import { Shell } from "@/components/shell";
import { ProofDialog } from "@/features/proof/components/proof-dialog";
import { safeNext } from "@/lib/session/next";
import type { SignedOut } from "@/lib/session/session";
import { useSession } from "@/lib/session/use-session";
import { rootRoute } from "./root";

/** Around all pages that show anything: whoever is not signed in goes to the sign-in page, and afterwards back. */
export const signedInRoute = createRoute({ getParentRoute: () => rootRoute, id: "signed-in", component: Gate });

function Gate() {
  const state = useSession();
  if (state.kind === "unknown") return <Checking />;
  if (state.kind === "signed-out") return <ToSignIn why={state.why} />;
  // Nothing on the page is kept for another account.
  return (
    <Shell key={state.user.id}>
      <Outlet />
      <ProofDialog me={state.user} />
    </Shell>
  );
}

function ToSignIn({ why }: { readonly why: SignedOut }) {
  const here = useLocation({ select: (location) => location.href });
  // Where somebody was, and not where this leads to while it is still shown.
  const [next] = useState(() => safeNext(here));
  // Whoever has signed out has left; the next one may be somebody else.
  return <Navigate to="/login" search={why === "asked" || next === "/" ? {} : { next }} replace />;
}
