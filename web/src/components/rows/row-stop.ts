import { createContext, useContext } from "react";

/** Whether the row around is the one that the tab key stops at; none: there is no list around. */
export const RowIsCurrent = createContext<boolean | undefined>(undefined);

interface RowStop {
  readonly tabIndex?: number;
  readonly "data-row-stop"?: "";
}

/**
 * For each control of a row: of hundreds of rows the tab key stops at one, and the arrow keys move between them
 * (WAI-ARIA's roving tabindex).
 */
export function useRowStop(): RowStop {
  const isCurrent = useContext(RowIsCurrent);
  return isCurrent === undefined ? {} : { tabIndex: isCurrent ? 0 : -1, "data-row-stop": "" };
}
