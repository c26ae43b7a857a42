import { useId } from "react";
import { Checkbox } from "@/components/ui/checkbox";
import { Label } from "@/components/ui/label";

interface KeepApiTokensProps {
  readonly checked: boolean;
  onChange(checked: boolean): void;
}

/** With a new password API tokens are revoked, because whoever knew the old one may have made them. */
export function KeepApiTokens({ checked, onChange }: KeepApiTokensProps) {
  const id = useId();
  return (
    <div className="flex min-h-11 items-center gap-2.5 sm:min-h-0">
      <Checkbox id={id} checked={checked} onCheckedChange={(value) => onChange(value === true)} />
      <Label htmlFor={id}>Keep the API tokens</Label>
    </div>
  );
}
