import { defaultRangeExtractor, useWindowVirtualizer } from "@tanstack/react-virtual";
import { type FocusEvent, type KeyboardEvent, type ReactNode, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { rowAfter } from "./moves";
import { RowIsCurrent } from "./row-stop";

interface VirtualRowsProps<T> {
  /** Of the list, for screen readers. */
  readonly label: string;
  readonly items: readonly T[];
  /** Unique, and the same for the same row at each render. */
  readonly keyOf: (item: T) => string;
  /** The height that a row has before it was measured. */
  readonly height: number;
  /** Pixels at the top of the window that something else covers. */
  readonly covered: number;
  /** Rows without controls; none: all have some. */
  readonly isHeading?: (item: T) => boolean;
  readonly children: (item: T) => ReactNode;
  /** Told when the rows on the screen are others, once scrolling has stopped. */
  onRest?(items: readonly T[]): void;
}

/** Rendered beyond both edges of the window. */
const OVERSCAN = 4;

/**
 * A list in the page of which only those rows exist that can be seen. The tab key stops at one row; arrow keys, page
 * keys, Home and End move between them, and the row with the focus stays, wherever the page is scrolled.
 */
export function VirtualRows<T>({ label, items, keyOf, height, covered, isHeading, children, onRest }: VirtualRowsProps<T>) {
  const list = useRef<HTMLUListElement>(null);
  const margin = useTop(list);
  const stops = useMemo(() => items.flatMap((item, index) => (isHeading?.(item) ? [] : [index])), [items, isHeading]);
  const [currentKey, setCurrentKey] = useState<string>();
  const known = useMemo(() => (currentKey === undefined ? -1 : items.findIndex((item) => keyOf(item) === currentKey)), [items, keyOf, currentKey]);
  const current = known >= 0 ? known : (stops[0] ?? -1);
  // oxlint-disable-next-line react/incompatible-library -- nothing here is compiled
  const rows = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => height,
    getItemKey: useCallback((index: number) => keyOf(items[index] as T), [items, keyOf]),
    overscan: OVERSCAN,
    scrollMargin: margin,
    scrollPaddingStart: covered,
    scrollPaddingEnd: 8,
    // React batches what comes while it renders; a forced render for each scroll event costs frames.
    useFlushSync: false,
    rangeExtractor: useCallback((range: Parameters<typeof defaultRangeExtractor>[0]) => withRow(defaultRangeExtractor(range), current), [current]),
  });
  const shown = rows.getVirtualItems();
  useRest(rows.isScrolling, shown.map(({ index }) => items[index] as T), onRest);

  const wanted = useRef<{ index: number; stop: number }>(undefined);
  useLayoutEffect(() => {
    const to = wanted.current;
    const target = to && stopsOf(list.current?.querySelector(`[data-index="${to.index}"]`))[to.stop];
    if (!target) return;
    wanted.current = undefined;
    target.focus({ preventScroll: true });
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const row = (event.target as Element).closest("li[data-index]");
    const to = row && rowAfter(event.key, stops, Number(row.getAttribute("data-index")));
    if (row === null || to === undefined || to === null) return;
    event.preventDefault();
    wanted.current = { index: to, stop: Math.max(0, stopsOf(row).findIndex((one) => one === event.target)) };
    setCurrentKey(keyOf(items[to] as T));
    rows.scrollToIndex(to);
  };
  const onFocus = (event: FocusEvent) => {
    const item = items[Number((event.target as Element).closest("li[data-index]")?.getAttribute("data-index") ?? -1)];
    if (item !== undefined && !isHeading?.(item)) setCurrentKey(keyOf(item));
  };
  return (
    <div role="presentation" onKeyDown={onKeyDown} onFocus={onFocus}>
      <ul ref={list} aria-label={label} className="relative" style={{ height: rows.getTotalSize() }}>
        {shown.map(({ index, key, start }) => (
          <li
            key={key}
            ref={rows.measureElement}
            data-index={index}
            aria-setsize={items.length}
            aria-posinset={index + 1}
            className="absolute inset-x-0 top-0"
            style={{ transform: `translateY(${start - margin}px)` }}
          >
            <RowIsCurrent value={index === current}>{children(items[index] as T)}</RowIsCurrent>
          </li>
        ))}
      </ul>
    </div>
  );
}

function withRow(indexes: number[], row: number): number[] {
  return row < 0 || indexes.includes(row) ? indexes : [...indexes, row].toSorted((a, b) => a - b);
}

function stopsOf(row: Element | null | undefined): HTMLElement[] {
  return row ? [...row.querySelectorAll<HTMLElement>("[data-row-stop]:not(:disabled)")] : [];
}

/** Where the list begins in the page: what is above it comes and goes. */
function useTop(list: React.RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = () => list.current && setTop(Math.round(list.current.getBoundingClientRect().top + scrollY));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [list]);
  return top;
}

/** Tells which rows are shown when they have stopped moving. */
function useRest<T>(isMoving: boolean, shown: readonly T[], onRest: ((items: readonly T[]) => void) | undefined): void {
  const told = useRef<readonly T[]>([]);
  useEffect(() => {
    const isSame = told.current.length === shown.length && shown.every((item, index) => item === told.current[index]);
    if (isMoving || isSame) return;
    told.current = shown;
    onRest?.(shown);
  });
}
