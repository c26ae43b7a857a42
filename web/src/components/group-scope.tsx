import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { Checkbox } from "@/components/ui/checkbox";
import { Label } from "@/components/ui/label";
import { groupsQuery } from "@/lib/api/groups";

interface GroupScopeProps {
  /** Null: not limited. */
  readonly groups: readonly string[] | null;
  readonly problem: string | undefined;
  onChange(groups: string[] | null): void;
}

/** With which cameras. Shows nothing where there are no groups to choose from. */
export function GroupScope({ groups, problem, onChange }: GroupScopeProps) {
  const id = useId();
  const known = useQuery(groupsQuery).data ?? [];
  if (known.length === 0 && groups === null) return null;
  const toggle = (group: string, on: boolean) => onChange(on ? [...(groups ?? []), group] : (groups ?? []).filter((one) => one !== group));
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1 text-sm font-medium">Cameras</legend>
      <Choice id={`${id}-all`} name={id} label="All that you see" checked={groups === null} onChoose={() => onChange(null)} />
      <Choice id={`${id}-some`} name={id} label="Only those in these groups" checked={groups !== null} onChoose={() => onChange(groups === null ? [] : [...groups])} />
      {groups !== null &&
        known.map((group) => (
          <div key={group.id} className="flex items-center gap-2.5 pl-6">
            <Checkbox id={`${id}-${group.id}`} checked={groups.includes(group.id)} onCheckedChange={(on) => toggle(group.id, on === true)} />
            <Label htmlFor={`${id}-${group.id}`} className="font-normal">
              {group.name}
            </Label>
          </div>
        ))}
      {problem !== undefined && (
        <p role="alert" className="text-xs text-destructive">
          {problem}
        </p>
      )}
    </fieldset>
  );
}

interface ChoiceProps {
  readonly id: string;
  readonly name: string;
  readonly label: string;
  readonly checked: boolean;
  onChoose(): void;
}

function Choice({ id, name, label, checked, onChoose }: ChoiceProps) {
  return (
    <div className="flex items-center gap-2.5 touch:min-h-11">
      <input id={id} type="radio" name={name} checked={checked} onChange={onChoose} className="size-4 accent-primary touch:size-11 touch:p-3" />
      <Label htmlFor={id} className="font-normal">
        {label}
      </Label>
    </div>
  );
}
