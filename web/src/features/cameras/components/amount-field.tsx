import { Field } from "@/components/form/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import type { Amount, Units } from "../amount";

interface AmountFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly amount: Amount;
  readonly units: Units;
  readonly problem: string | undefined;
  onAmount(amount: Amount): void;
}

/** A number and its unit. */
export function AmountField({ label, hint, amount, units, problem, onAmount }: AmountFieldProps) {
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(described) => (
        <div className="grid grid-cols-[minmax(0,1fr)_7.5rem] gap-2">
          <Input {...described} inputMode="decimal" placeholder="No limit" value={amount.text} onChange={(event) => onAmount({ ...amount, text: event.target.value.replace(",", ".") })} />
          <NativeSelect aria-label={`${label}: unit`} value={amount.unit} onChange={(event) => onAmount({ ...amount, unit: event.target.value })}>
            {Object.keys(units).map((unit) => (
              <option key={unit} value={unit}>
                {unit}
              </option>
            ))}
          </NativeSelect>
        </div>
      )}
    </Field>
  );
}
