import { Cctv, Check, Copy } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";

const EXAMPLE = `[[cameras]]
id = "front-door"
name = "Front door"
rtsp_url = "rtsp://user:password@192.168.1.20/stream1"
`;

/** The page before there is anything to show: how to add a camera. */
export function NoCameras() {
  return (
    <Card className="mx-auto mt-[8vh] max-w-xl p-8" data-testid="no-cameras">
      <Cctv className="size-7 text-primary" strokeWidth={1.5} aria-hidden />
      <h2 className="mt-4 text-lg font-semibold">No cameras yet</h2>
      <p className="mt-1 text-muted-foreground">
        Add one to <code className="rounded bg-muted px-1 py-0.5 text-foreground">nightjar.toml</code>, then restart Nightjar. This page shows it as
        soon as it is there.
      </p>
      <div className="relative mt-5">
        <pre className="overflow-x-auto rounded-md border bg-muted p-4 pr-12 text-[0.8125rem] leading-relaxed">{EXAMPLE}</pre>
        <CopyButton text={EXAMPLE} />
      </div>
      <p className="mt-4 text-xs text-muted-foreground">
        No camera at hand? <code className="text-foreground">nightjar simulate</code> makes some.
        <span className="mx-1">·</span>
        <code className="text-foreground">nightjar check</code> tells whether the file is right.
      </p>
    </Card>
  );
}

function CopyButton({ text }: { readonly text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <Button variant="ghost" size="icon-sm" className="absolute top-2 right-2" aria-label={copied ? "Copied" : "Copy the example"} onClick={() => void copy()}>
      {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
    </Button>
  );
}
