interface CodeProps {
  readonly label: string;
  readonly text: string;
}

/** A text of a machine; it scrolls, so the keyboard has to get there. */
export function Code({ label, text }: CodeProps) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached
    <pre tabIndex={0} role="region" aria-label={label} className="max-h-96 overflow-auto rounded-md border bg-muted/50 p-3 text-xs leading-relaxed outline-none focus-visible:ring-2 focus-visible:ring-ring">
      {text}
    </pre>
  );
}
