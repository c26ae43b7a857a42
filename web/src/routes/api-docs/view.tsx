import { getRouteApi } from "@tanstack/react-router";
import { Shell } from "@/components/shell";
import { ThemeMenu } from "@/components/theme-menu";
import { Logo } from "@/components/logo";
import { SkipLink } from "@/components/skip-link";
import { useMe } from "@/lib/session/use-session";
import { ApiDocsPage } from "./page";

const route = getRouteApi("/api/docs");

/** Within the shell for those who are signed in; with a plain head for all others. */
export function View() {
  const { op, q } = route.useSearch();
  const page = <ApiDocsPage op={op} q={q} />;
  return useMe() ? (
    <Shell>{page}</Shell>
  ) : (
    <div className="min-h-dvh">
      <header className="sticky top-0 z-30 flex h-12 items-center justify-between gap-3 border-b bg-background/95 px-3 backdrop-blur sm:px-4">
        <SkipLink />
        <a href="/" className="flex items-center gap-2 rounded-md font-semibold outline-none focus-visible:ring-2 focus-visible:ring-ring touch:h-11">
          <Logo className="h-6 w-8" /> Nightjar
        </a>
        <ThemeMenu />
      </header>
      {page}
    </div>
  );
}
