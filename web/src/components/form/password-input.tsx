import { Eye, EyeOff } from "lucide-react";
import { type ComponentProps, type KeyboardEvent, useState } from "react";
import { Input } from "@/components/ui/input";

type PasswordInputProps = Omit<ComponentProps<"input">, "type"> & { readonly autoComplete: "current-password" | "new-password" };

/** A password that can be looked at, with a word about caps lock. */
export function PasswordInput(props: PasswordInputProps) {
  const [shown, setShown] = useState(false);
  const [capsLock, setCapsLock] = useState(false);
  const look = (event: KeyboardEvent) => setCapsLock(event.getModifierState("CapsLock"));
  return (
    <div className="grid gap-1.5">
      <div className="relative">
        <Input
          {...props}
          type={shown ? "text" : "password"}
          spellCheck={false}
          autoCapitalize="none"
          className="pr-10 touch:pr-11"
          onKeyDown={look}
          onKeyUp={look}
          onBlur={() => setCapsLock(false)}
        />
        <button
          type="button"
          aria-label="Show the password"
          aria-pressed={shown}
          className="absolute inset-y-0 right-0 flex w-10 touch:w-11 items-center justify-center rounded-md text-muted-foreground outline-none hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring"
          onClick={() => setShown(!shown)}
        >
          {shown ? <EyeOff className="size-4" aria-hidden /> : <Eye className="size-4" aria-hidden />}
        </button>
      </div>
      <p aria-live="polite" className="text-xs text-warning empty:hidden">
        {capsLock && "Caps lock is on."}
      </p>
    </div>
  );
}
