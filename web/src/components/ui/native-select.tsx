import { ChevronDown } from "lucide-react";
import type * as React from "react";
import { cn } from "@/lib/cn";

export function NativeSelect({ className, children, ...props }: React.ComponentProps<"select">) {
  return (
    <div data-slot="native-select" className="relative">
      <select
        className={cn(
          "h-9 w-full min-w-0 appearance-none rounded-md border border-input bg-background py-1 pr-9 pl-3 text-sm outline-none touch:h-11 touch:text-base focus-visible:border-ring focus-visible:ring-2 focus-visible:ring-ring/50 disabled:opacity-45 aria-invalid:border-destructive",
          className,
        )}
        {...props}
      >
        {children}
      </select>
      <ChevronDown className="pointer-events-none absolute top-2.5 right-3 touch:top-3.5 size-4 text-muted-foreground" aria-hidden />
    </div>
  );
}
