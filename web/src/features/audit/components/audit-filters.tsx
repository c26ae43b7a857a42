import { X } from "lucide-react";
import { DelayedInput } from "@/components/form/delayed-input";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { type AuditFilter, parseAuditFilter } from "../filter";

export interface Person {
  readonly id: string;
  readonly name: string;
}

interface AuditFiltersProps {
  readonly filter: AuditFilter;
  /** Who may be chosen; without them, an account is named by its id. */
  readonly people: readonly Person[] | undefined;
  onFilter(filter: AuditFilter): void;
}

export function AuditFilters({ filter, people, onFilter }: AuditFiltersProps) {
  const set = (change: { readonly [Key in keyof AuditFilter]?: string }) => onFilter(parseAuditFilter({ ...filter, ...change }));
  return (
    <Card className="p-4">
      <search className="grid grid-cols-2 items-start gap-3 lg:grid-cols-4">
        <Field label="Text">
          {(described) => <DelayedInput {...described} type="search" value={filter.q ?? ""} onValue={(q) => set({ q })} />}
        </Field>
        <WhoField actor={filter.actor ?? ""} people={people} onActor={(actor) => set({ actor })} />
        <Field label="Action" hint="With a dot at the end: all that begin so.">
          {(described) => (
            <DelayedInput {...described} autoCapitalize="none" spellCheck={false} placeholder="auth.login" value={filter.action ?? ""} onValue={(action) => set({ action })} />
          )}
        </Field>
        <Field label="Id of the object">
          {(described) => <DelayedInput {...described} autoCapitalize="none" spellCheck={false} value={filter.object ?? ""} onValue={(object) => set({ object })} />}
        </Field>
        <Field label="Outcome">
          {(described) => (
            <NativeSelect {...described} value={filter.outcome ?? ""} onChange={(event) => set({ outcome: event.target.value })}>
              <option value="">Done and refused</option>
              <option value="done">Done</option>
              <option value="refused">Refused</option>
            </NativeSelect>
          )}
        </Field>
        <Field label="From">{(described) => <Input {...described} type="date" value={filter.from ?? ""} onChange={(event) => set({ from: event.target.value })} />}</Field>
        <Field label="To">{(described) => <Input {...described} type="date" value={filter.to ?? ""} onChange={(event) => set({ to: event.target.value })} />}</Field>
        <Button variant="ghost" className="mt-[1.625rem]" disabled={Object.keys(filter).length === 0} onClick={() => onFilter({})}>
          <X aria-hidden /> Clear all
        </Button>
      </search>
    </Card>
  );
}

interface WhoFieldProps {
  readonly actor: string;
  readonly people: readonly Person[] | undefined;
  onActor(actor: string): void;
}

function WhoField({ actor, people, onActor }: WhoFieldProps) {
  if (!people) {
    return <Field label="Id of the account">{(described) => <DelayedInput {...described} autoCapitalize="none" spellCheck={false} value={actor} onValue={onActor} />}</Field>;
  }
  const isKnown = actor === "" || people.some((person) => person.id === actor);
  return (
    <Field label="Who">
      {(described) => (
        <NativeSelect {...described} value={actor} onChange={(event) => onActor(event.target.value)}>
          <option value="">Everybody</option>
          {!isKnown && <option value={actor}>{actor}</option>}
          {people.map((person) => (
            <option key={person.id} value={person.id}>
              {person.name}
            </option>
          ))}
        </NativeSelect>
      )}
    </Field>
  );
}
