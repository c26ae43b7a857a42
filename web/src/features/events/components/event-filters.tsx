import { X } from "lucide-react";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { type EventFilter, parseEventFilter, SEVERITIES } from "../filter";
import { EVENT_TYPES, typeName } from "../words";

export interface NamedCamera {
  readonly id: string;
  readonly name: string;
}

interface EventFiltersProps {
  readonly filter: EventFilter;
  readonly cameras: readonly NamedCamera[];
  onFilter(filter: EventFilter): void;
}

export function EventFilters({ filter, cameras, onFilter }: EventFiltersProps) {
  const set = (change: { readonly [Key in keyof EventFilter]?: string | boolean | undefined }) => onFilter(parseEventFilter({ ...filter, ...change }));
  return (
    <Card className="p-3 sm:p-4">
      <search className="grid grid-cols-2 items-end gap-3 sm:grid-cols-3 lg:grid-cols-[repeat(6,minmax(0,1fr))_auto]">
        <Choice label="Camera" all="All cameras" value={filter.camera} options={cameras.map(({ id, name }) => [id, name] as const)} onValue={(camera) => set({ camera })} />
        <Choice label="Type" all="All types" value={filter.type} options={Object.entries(EVENT_TYPES)} name={typeName} onValue={(type) => set({ type })} />
        <Choice label="Severity" all="All" value={filter.severity} options={Object.entries(SEVERITIES)} onValue={(severity) => set({ severity })} />
        <Choice
          label="Seen"
          all="Seen and not"
          value={filter.acknowledged === undefined ? undefined : String(filter.acknowledged)}
          options={[["false", "Not acknowledged"], ["true", "Acknowledged"]]}
          onValue={(value) => set({ acknowledged: value === "" ? undefined : value === "true" })}
        />
        <Field label="From">{(described) => <Input {...described} type="date" value={filter.from ?? ""} onChange={(event) => set({ from: event.target.value })} />}</Field>
        <Field label="To">{(described) => <Input {...described} type="date" value={filter.to ?? ""} onChange={(event) => set({ to: event.target.value })} />}</Field>
        <Button variant="ghost" className="max-lg:col-span-2 max-sm:w-full sm:max-lg:col-span-3" disabled={Object.keys(filter).length === 0} onClick={() => onFilter({})}>
          <X aria-hidden /> Clear
        </Button>
      </search>
    </Card>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly all: string;
  readonly value: string | undefined;
  readonly options: readonly (readonly [string, string])[];
  /** Of a value that is not among the options. */
  name?(value: string): string;
  onValue(value: string): void;
}

function Choice({ label, all, value, options, name = (text) => text, onValue }: ChoiceProps) {
  const isKnown = value === undefined || options.some(([one]) => one === value);
  return (
    <Field label={label}>
      {(described) => (
        <NativeSelect {...described} value={value ?? ""} onChange={(event) => onValue(event.target.value)}>
          <option value="">{all}</option>
          {!isKnown && <option value={value}>{name(value)}</option>}
          {options.map(([one, text]) => (
            <option key={one} value={one}>
              {text}
            </option>
          ))}
        </NativeSelect>
      )}
    </Field>
  );
}
