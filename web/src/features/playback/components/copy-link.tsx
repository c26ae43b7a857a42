import { Check, Link2 } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { copyText } from "@/lib/clipboard";

type Copied = "no" | "yes" | "failed";

/** A text for the clipboard, and whether it went there. */
export function useCopy(): [copied: Copied, copy: (text: string) => void, forget: () => void] {
  const [copied, setCopied] = useState<Copied>("no");
  const copy = (text: string) => void copyText(text).then((done) => setCopied(done ? "yes" : "failed"));
  return [copied, copy, () => setCopied("no")];
}

interface CopyLinkProps {
  readonly copied: Copied;
  readonly disabled: boolean;
  onClick(): void;
  onLeave(): void;
}

export function CopyLink({ copied, disabled, onClick, onLeave }: CopyLinkProps) {
  return (
    <Button variant="outline" size="sm" disabled={disabled} onClick={onClick} onPointerLeave={onLeave} onBlur={onLeave}>
      {copied === "yes" ? <Check aria-hidden /> : <Link2 aria-hidden />}
      <span aria-live="polite">{{ no: "Copy link", yes: "Copied", failed: "Not allowed" }[copied]}</span>
    </Button>
  );
}
