import { useId } from "react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Label } from "@/components/ui/label";
import { PERMISSIONS } from "@/lib/session/permissions";

interface PermissionBoxesProps {
  /** What may be given: a token never may do more than its owner. */
  readonly available: readonly string[];
  readonly chosen: readonly string[];
  onChange(chosen: readonly string[]): void;
}

export function PermissionBoxes({ available, chosen, onChange }: PermissionBoxesProps) {
  const id = useId();
  const offered = PERMISSIONS.filter(([permission]) => available.includes(permission));
  const readOnly = offered.map(([permission]) => permission).filter((permission) => permission.endsWith(":read"));
  const toggle = (permission: string, on: boolean) => onChange(on ? [...chosen, permission] : chosen.filter((one) => one !== permission));
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1 text-sm font-medium">What it may do</legend>
      <div className="flex gap-2">
        <Button variant="secondary" size="sm" onClick={() => onChange(readOnly)}>
          Only read
        </Button>
        <Button variant="secondary" size="sm" onClick={() => onChange([])}>
          Nothing
        </Button>
      </div>
      {offered.map(([permission, about]) => (
        <div key={permission} className="flex items-start gap-2.5">
          <Checkbox
            id={`${id}-${permission}`}
            aria-describedby={`${id}-${permission}-about`}
            className="mt-0.5"
            checked={chosen.includes(permission)}
            onCheckedChange={(on) => toggle(permission, on === true)}
          />
          <div>
            <Label htmlFor={`${id}-${permission}`} className="font-mono text-[0.8125rem] font-normal">
              {permission}
            </Label>
            <p id={`${id}-${permission}-about`} className="text-xs text-muted-foreground">
              {about}
            </p>
          </div>
        </div>
      ))}
      <p className="text-xs text-muted-foreground">Only what you may do yourself can be given. If you lose a right, your tokens lose it too.</p>
    </fieldset>
  );
}
