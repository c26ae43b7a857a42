import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { DelayedInput } from "@/components/form/delayed-input";
import { Button } from "@/components/ui/button";
import { NativeSelect } from "@/components/ui/native-select";
import { groupsQuery } from "@/lib/api/groups";
import { tagsQuery } from "../api/manage";
import { type CameraFilter, isFiltered, parseCameraFilter, SORTS, STATUSES } from "../filter";

interface CameraFiltersProps {
  readonly filter: CameraFilter;
  onFilter(filter: CameraFilter): void;
}

/** What is looked for stands in the address, so that it can be sent to somebody. */
export function CameraFilters({ filter, onFilter }: CameraFiltersProps) {
  const groups = useQuery(groupsQuery).data ?? [];
  const tags = useQuery(tagsQuery).data ?? [];
  // Another filter, another first page.
  const set = (change: { readonly [Key in keyof CameraFilter]?: string }) => onFilter(parseCameraFilter({ ...filter, page: undefined, ...change }));
  return (
    <search className="grid grid-cols-2 gap-3 lg:grid-cols-[minmax(0,1fr)_repeat(4,auto)_auto]">
      <DelayedInput className="max-lg:col-span-2" type="search" aria-label="Look for a camera" placeholder="Name, address, place or serial number" value={filter.q ?? ""} onValue={(q) => set({ q })} />
      <Choice label="State" all="All states" value={filter.status} options={Object.entries(STATUSES)} onValue={(status) => set({ status })} />
      <Choice label="Group" all="All groups" value={filter.group} options={groups.map((group) => [group.id, group.name] as const)} onValue={(group) => set({ group })} />
      <Choice label="Tag" all="All tags" value={filter.tag} options={tags.map(({ tag, cameras }) => [tag, `${tag} (${cameras})`] as const)} onValue={(tag) => set({ tag })} />
      <NativeSelect aria-label="Order" value={filter.sort ?? "name"} onChange={(event) => set({ sort: event.target.value })}>
        {Object.entries(SORTS).map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </NativeSelect>
      <Button variant="ghost" className="max-lg:col-span-2" disabled={!isFiltered(filter)} onClick={() => onFilter({})}>
        <X aria-hidden /> Clear
      </Button>
    </search>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly all: string;
  readonly value: string | undefined;
  readonly options: readonly (readonly [string, string])[];
  onValue(value: string): void;
}

function Choice({ label, all, value, options, onValue }: ChoiceProps) {
  const isKnown = value === undefined || options.some(([one]) => one === value);
  return (
    <NativeSelect aria-label={label} className="lg:max-w-44" value={value ?? ""} onChange={(event) => onValue(event.target.value)}>
      <option value="">{all}</option>
      {!isKnown && <option value={value}>{value}</option>}
      {options.map(([one, name]) => (
        <option key={one} value={one}>
          {name}
        </option>
      ))}
    </NativeSelect>
  );
}
