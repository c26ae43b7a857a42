import { useMemo } from "react";
import { encodeQr } from "@/lib/qr/encode";
import { cn } from "@/lib/cn";

interface QrCodeProps {
  readonly text: string;
  readonly label: string;
  readonly className?: string;
}

/** Modules of white around the code. */
const QUIET = 4;

/** Dark on white in both themes: not all scanners read it the other way round. Shows nothing if the text is too long. */
export function QrCode({ text, label, className }: QrCodeProps) {
  const grid = useMemo(() => encodeQr(text), [text]);
  if (!grid) return null;
  const size = grid.length + 2 * QUIET;
  const path = grid.flatMap((line, row) => line.flatMap((dark, column) => (dark ? `M${column + QUIET} ${row + QUIET}h1v1h-1z` : []))).join("");
  return (
    <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges" className={cn("rounded-md bg-white", className)}>
      <path d={path} fill="#000" />
    </svg>
  );
}
