/**
 * Replaces the package `react-style-singleton`, which Radix's menus and dialogs use to lock scrolling: that one
 * adds a `<style>` element, which the content security policy refuses. A constructed sheet is no inline style.
 * `vite.config.ts` points the package's name here.
 */
import { useEffect } from "react";

interface Sheet {
  add(styles: string): void;
  remove(): void;
}

/** One sheet for all who use it at the same time; the first one's styles hold until the last one leaves. */
export function stylesheetSingleton(): Sheet {
  let users = 0;
  let sheet: CSSStyleSheet | undefined;
  return {
    add(styles) {
      users += 1;
      if (users > 1) return;
      sheet = new CSSStyleSheet();
      sheet.replaceSync(styles);
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    },
    remove() {
      users -= 1;
      if (users > 0) return;
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
      sheet = undefined;
    },
  };
}

export function styleHookSingleton() {
  const sheet = stylesheetSingleton();
  return function useStyles(styles: string, isDynamic?: boolean): void {
    // As in the package: other styles only count for who says that they change.
    const key = isDynamic ? styles : "";
    const latest = styles;
    useEffect(() => {
      sheet.add(latest);
      return () => sheet.remove();
      // oxlint-disable-next-line react/exhaustive-deps
    }, [key]);
  };
}

export function styleSingleton() {
  const useStyles = styleHookSingleton();
  return function Styles({ styles, dynamic }: { readonly styles: string; readonly dynamic?: boolean }) {
    useStyles(styles, dynamic);
    return null;
  };
}
