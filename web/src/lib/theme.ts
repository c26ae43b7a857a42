/** Dark, light, or as the system says. `public/theme.js` applies it before the first paint. */
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";

const KEY = "nightjar.theme";
const system = typeof matchMedia === "undefined" ? undefined : matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

function read(): Theme {
  try {
    const stored = localStorage.getItem(KEY);
    return stored === "light" || stored === "dark" ? stored : "system";
  } catch {
    return "system";
  }
}

export function setTheme(theme: Theme): void {
  try {
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Without storage the choice lasts until the page is left.
  }
  apply(theme);
  for (const listener of listeners) listener();
}

function apply(theme: Theme): void {
  const dark = theme === "dark" || (theme === "system" && system?.matches === true);
  document.documentElement.classList.toggle("dark", dark);
}

/** Follows the system for as long as the page lives. */
export function followSystemTheme(): void {
  system?.addEventListener("change", () => apply(read()));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, read);
}
