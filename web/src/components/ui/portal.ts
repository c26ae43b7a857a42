import { createContext, useContext } from "react";

/** Where menus, tooltips and dialogs go: a full-screen element shows only what is inside of it. None: the body. */
const PortalContainer = createContext<HTMLElement | null>(null);

export const PortalProvider = PortalContainer.Provider;

export function usePortalContainer(): HTMLElement | undefined {
  return useContext(PortalContainer) ?? undefined;
}
