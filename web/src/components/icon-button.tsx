import type { ReactNode } from "react";
import { Button, type ButtonProps } from "./ui/button";
import { Tooltip, TooltipContent, TooltipTrigger } from "./ui/tooltip";

interface IconButtonProps extends Omit<ButtonProps, "children"> {
  /** Read by screen readers and shown on hover. */
  readonly label: string;
  /** The key that does the same. */
  readonly shortcut?: string;
  readonly children: ReactNode;
}

/** A button with a picture instead of words: always has a label and a tooltip. */
export function IconButton({ label, shortcut, children, variant = "ghost", size = "icon-sm", ...props }: IconButtonProps) {
  return (
    <Tooltip>
      <TooltipTrigger asChild>
        <Button aria-label={label} variant={variant} size={size} {...props}>
          {children}
        </Button>
      </TooltipTrigger>
      <TooltipContent>
        {label}
        {shortcut && <kbd className="ml-2 rounded border px-1 font-sans text-[0.6875rem] text-muted-foreground">{shortcut}</kbd>}
      </TooltipContent>
    </Tooltip>
  );
}
