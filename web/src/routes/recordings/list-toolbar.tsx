import { X } from "lucide-react";
import { useState } from "react";
import { DelayedInput } from "@/components/form/delayed-input";
import { Button } from "@/components/ui/button";
import { NativeSelect } from "@/components/ui/native-select";
import type { CameraGroup } from "@/lib/api/types";
import { isFiltered, type ListFilter, NO_GROUP, parseListFilter, STATES } from "./list-filter";

interface ListToolbarProps {
  readonly filter: ListFilter;
  readonly groups: readonly CameraGroup[];
  /** How many cameras fit, of all. */
  readonly found: number;
  readonly total: number;
  /** Of each letter, before it stands in the address. */
  onTyped(text: string): void;
  onFilter(filter: ListFilter): void;
}

/** Search, filters and grouping of the list. */
export function ListToolbar({ filter, groups, found, total, onTyped, onFilter }: ListToolbarProps) {
  const set = (change: { readonly [Key in keyof ListFilter]?: string | undefined }) => onFilter(parseListFilter({ ...filter, ...change }));
  return (
    <search className="flex flex-wrap items-center gap-2 max-sm:grid max-sm:grid-cols-2">
      <div className="min-w-52 flex-1 max-sm:col-span-2 sm:max-w-80">
        <DelayedInput type="search" aria-label="Search cameras" placeholder="Search cameras" value={filter.q ?? ""} onTyped={onTyped} onValue={(q) => set({ q })} />
      </div>
      <NativeSelect aria-label="State" value={filter.state ?? ""} onChange={(event) => set({ state: event.target.value })}>
        <option value="">All states</option>
        {Object.entries(STATES).map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </NativeSelect>
      {groups.length > 0 && (
        <>
          <NativeSelect aria-label="Group" className="sm:max-w-48" value={filter.group ?? ""} onChange={(event) => set({ group: event.target.value })}>
            <option value="">All groups</option>
            {groups.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
            <option value={NO_GROUP}>No group</option>
          </NativeSelect>
          <NativeSelect aria-label="Arrange" value={filter.by ?? ""} onChange={(event) => set({ by: event.target.value })}>
            <option value="">One list</option>
            <option value="group">By group</option>
          </NativeSelect>
        </>
      )}
      {isFiltered(filter) && (
        <Button variant="ghost" onClick={() => onFilter(parseListFilter({ by: filter.by }))}>
          <X aria-hidden /> Clear
        </Button>
      )}
      <p role="status" className="text-xs text-muted-foreground empty:hidden">
        {isFiltered(filter) && `${found} of ${total} cameras`}
      </p>
    </search>
  );
}

/** The filter of the address, but for the text, which is the one in the field: the address follows a moment later. */
export function useTypedFilter(address: ListFilter): [filter: ListFilter, onTyped: (text: string) => void] {
  const [typed, setTyped] = useState<{ readonly text: string; readonly before: string | undefined }>();
  // The address has followed, or has changed for another reason.
  const isAhead = typed !== undefined && typed.before === address.q;
  // Forgotten then: an address that is cleared later must not bring the text back.
  if (typed !== undefined && !isAhead) setTyped(undefined);
  const filter = isAhead ? parseListFilter({ ...address, q: typed.text.trim() }) : address;
  return [filter, (text) => setTyped({ text, before: address.q })];
}
