/** Where the focus goes when somebody comes to a page: its name, else its main part. */

export function focusPage(): void {
  const main = document.querySelector("main");
  const target = main?.querySelector<HTMLElement>("h1[tabindex]") ?? main;
  target?.focus({ preventScroll: true });
}

/** After another page has been put on the screen: what was clicked is gone, and the focus would fall to the body. */
export function focusNewPage(): void {
  const { activeElement } = document;
  // A form that has put the focus into its first field knows better.
  if (activeElement instanceof HTMLElement && activeElement.closest("main")) return;
  focusPage();
}
