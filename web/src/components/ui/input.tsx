import type * as React from "react";
import { cn } from "@/lib/cn";

export function Input({ className, ...props }: React.ComponentProps<"input">) {
  return (
    <input
      data-slot="input"
      className={cn(
        "h-9 w-full min-w-0 rounded-md border border-input bg-transparent px-3 py-1 text-sm tabular-nums touch:h-11 touch:text-base outline-none focus-within:border-ring focus-within:ring-2 focus-within:ring-ring/50 disabled:opacity-45 aria-invalid:border-destructive",
        className,
      )}
      {...props}
    />
  );
}
