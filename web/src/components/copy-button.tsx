import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { copyText } from "@/lib/clipboard";

type Copied = "no" | "yes" | "failed";

interface CopyButtonProps {
  readonly text: string;
  /** What is copied: "the token". */
  readonly what: string;
}

export function CopyButton({ text, what }: CopyButtonProps) {
  const [copied, setCopied] = useState<Copied>("no");
  const copy = () => void copyText(text).then((done) => setCopied(done ? "yes" : "failed"));
  return (
    <Button variant="outline" size="sm" onClick={copy} onBlur={() => setCopied("no")}>
      {copied === "yes" ? <Check aria-hidden /> : <Copy aria-hidden />}
      <span aria-live="polite">{{ no: `Copy ${what}`, yes: "Copied", failed: "Not allowed: select and copy it" }[copied]}</span>
    </Button>
  );
}
