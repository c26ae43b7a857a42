import { type ComponentProps, useEffect, useRef, useState } from "react";
import { Input } from "@/components/ui/input";

interface DelayedInputProps extends Omit<ComponentProps<"input">, "value" | "onChange"> {
  readonly value: string;
  /** Told when nothing was typed for a moment, or at once by the enter key. */
  onValue(value: string): void;
}

const MOMENT = 350;

/** A text that the server is asked about: not for each letter. */
export function DelayedInput({ value, onValue, ...props }: DelayedInputProps) {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  if (value !== known) {
    // It was changed from outside: the browser's back button, "clear all".
    setKnown(value);
    if (value !== typed.trim()) setTyped(value);
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  const tell = (text: string, delay: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onValue(text.trim()), delay);
  };
  return (
    <Input
      {...props}
      value={typed}
      onChange={(event) => {
        setTyped(event.target.value);
        tell(event.target.value, MOMENT);
      }}
      onKeyDown={(event) => event.key === "Enter" && tell(typed, 0)}
    />
  );
}
