import { type ComponentProps, useEffect, useRef, useState } from "react";
import { Input } from "@/components/ui/input";
import { follow, tell, typingOf } from "./typing";

interface DelayedInputProps extends Omit<ComponentProps<"input">, "value" | "onChange"> {
  readonly value: string;
  /** Told when nothing was typed for a moment, or at once by the enter key. */
  onValue(value: string): void;
  /** Told of each letter, for what needs no server. */
  onTyped?(value: string): void;
}

const MOMENT = 350;

/** A text that the server is asked about: not for each letter. */
export function DelayedInput({ value, onValue, onTyped, ...props }: DelayedInputProps) {
  const [typing, setTyping] = useState(() => typingOf(value));
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // What else is looked for may change within the moment.
  const latest = useRef(onValue);
  useEffect(() => {
    latest.current = onValue;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  const followed = follow(typing, value);
  if (followed !== typing) setTyping(followed);
  const tellAfter = (delay: number, text: string) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setTyping((before) => tell(before, text));
      latest.current(text);
    }, delay);
  };
  return (
    <Input
      {...props}
      value={typing.typed}
      onChange={(event) => {
        const typed = event.target.value;
        setTyping((before) => ({ ...before, typed }));
        onTyped?.(typed);
        tellAfter(MOMENT, typed.trim());
      }}
      onKeyDown={(event) => event.key === "Enter" && tellAfter(0, typing.typed.trim())}
    />
  );
}
