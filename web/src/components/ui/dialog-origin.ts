/** Where the focus goes back to when a dialog closes: what opened it, though that may be gone itself by then. */

const origins = new WeakMap<Element, HTMLElement>();

/** To be called before the dialog is on the page. */
export function currentOrigin(): HTMLElement | undefined {
  const active = document.activeElement;
  // A dialog that follows another one came from where that one did.
  const dialog = document.querySelector("[role=dialog], [role=alertdialog]");
  const before = dialog && origins.get(dialog);
  if (before) return before;
  if (!(active instanceof HTMLElement) || active === document.body) return undefined;
  // An entry of a menu goes away with it; what opened the menu stays.
  const opener = active.closest("[role=menu]")?.getAttribute("aria-labelledby");
  return (opener && document.getElementById(opener)) || active;
}

export function noteOrigin(dialog: Element | null, origin: HTMLElement | undefined): void {
  if (dialog && origin) origins.set(dialog, origin);
}

export function focusOrigin(origin: HTMLElement | undefined): void {
  if (origin?.isConnected) origin.focus();
  // Its row has been deleted.
  else document.querySelector<HTMLElement>("main[tabindex]")?.focus();
}
