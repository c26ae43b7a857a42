/** Which row a key goes to. */

/** Rows of a page. */
const PAGE = 10;

/** `stops` are the indexes of rows with controls, in order; none: the key means nothing here. */
export function rowAfter(key: string, stops: readonly number[], current: number): number | undefined {
  const at = stops.indexOf(current);
  if (at < 0) return undefined;
  switch (key) {
    case "ArrowDown":
      return stops[at + 1];
    case "ArrowUp":
      return stops[at - 1];
    case "PageDown":
      return stops[Math.min(at + PAGE, stops.length - 1)];
    case "PageUp":
      return stops[Math.max(at - PAGE, 0)];
    case "Home":
      return stops[0];
    case "End":
      return stops.at(-1);
    default:
      return undefined;
  }
}
