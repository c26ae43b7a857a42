import { Check } from "lucide-react";
import { Checkbox as CheckboxPrimitive } from "radix-ui";
import type * as React from "react";
import { cn } from "@/lib/cn";

export function Checkbox({ className, ...props }: React.ComponentProps<typeof CheckboxPrimitive.Root>) {
  return (
    <CheckboxPrimitive.Root
      data-slot="checkbox"
      className={cn(
        "group/box inline-flex size-4 shrink-0 items-center justify-center rounded-sm outline-none focus-visible:ring-2 focus-visible:ring-ring disabled:cursor-not-allowed disabled:opacity-45 touch:size-11",
        className,
      )}
      {...props}
    >
      {/* The box is as small as ever; what can be touched is all around it. */}
      <span className="flex size-4 items-center justify-center rounded-sm border border-input group-data-[state=checked]/box:border-primary group-data-[state=checked]/box:bg-primary group-data-[state=checked]/box:text-primary-foreground group-data-[state=indeterminate]/box:border-primary group-data-[state=indeterminate]/box:bg-primary/60 group-data-[state=indeterminate]/box:text-primary-foreground touch:size-5">
        <CheckboxPrimitive.Indicator className="flex items-center justify-center">
          <Check className="size-3.5" aria-hidden />
        </CheckboxPrimitive.Indicator>
      </span>
    </CheckboxPrimitive.Root>
  );
}
