import { focusPage } from "@/lib/focus";

/** The first stop of the keyboard; seen only there. */
export function SkipLink() {
  return (
    <a
      href="#main"
      className="fixed top-1 left-1 z-50 -translate-y-20 rounded-md bg-primary px-4 py-2 font-medium text-primary-foreground outline-none focus-visible:translate-y-0 focus-visible:ring-2 focus-visible:ring-ring touch:py-3"
      onClick={(event) => {
        // The address is the router's: a fragment would be another entry in the history.
        event.preventDefault();
        focusPage();
      }}
    >
      Skip to content
    </a>
  );
}
