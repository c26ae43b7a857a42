import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Logo } from "./logo";
import { ThemeMenu } from "./theme-menu";

/** The head of every page; `children` is what the page wants to say in it. */
export function AppHeader({ children }: { readonly children?: ReactNode }) {
  return (
    <header className="sticky top-0 z-30 flex h-12 items-center gap-4 border-b bg-background/95 px-3 backdrop-blur sm:px-4">
      <Link to="/" search={{}} className="flex items-center gap-2 rounded-md outline-none focus-visible:ring-2 focus-visible:ring-ring">
        <Logo className="h-6 w-8" />
        <h1 className="text-[0.9375rem] font-semibold tracking-tight max-sm:sr-only">Nightjar</h1>
      </Link>
      <div className="flex min-w-0 flex-1 items-center justify-end gap-5">{children}</div>
      <ThemeMenu />
    </header>
  );
}
