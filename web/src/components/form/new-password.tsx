import { Check, Circle } from "lucide-react";
import type { RefObject } from "react";
import { rulesOf } from "@/lib/session/password-rules";
import { cn } from "@/lib/cn";
import { Field } from "./field";
import { PasswordInput } from "./password-input";

interface NewPasswordProps {
  readonly label: string;
  readonly username: string;
  readonly value: string;
  readonly problem?: string | undefined;
  readonly inputRef?: RefObject<HTMLInputElement | null>;
  onChange(value: string): void;
}

/** A password to be chosen: its rules are told while it is typed. */
export function NewPassword({ label, username, value, problem, inputRef, onChange }: NewPasswordProps) {
  const hint = (
    <ul className="mt-0.5 grid gap-1">
      {rulesOf(value, username).map(({ text, met }) => (
        <li key={text} className={cn("flex items-center gap-1.5", met === true && "text-ok")}>
          {met === true ? <Check className="size-3.5 shrink-0" aria-hidden /> : <Circle className="size-3.5 shrink-0 scale-50" aria-hidden />}
          <span>
            {text}
            {met !== undefined && <span className="sr-only">{met ? " (met)" : " (not met yet)"}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(described) => (
        <PasswordInput
          {...described}
          {...(inputRef ? { ref: inputRef } : {})}
          name="new-password"
          autoComplete="new-password"
          required
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
