import { Link } from "@tanstack/react-router";
import { Cctv, Plus } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CopyButton } from "@/components/copy-button";

const EXAMPLE = `[[cameras]]
id = "front-door"
name = "Front door"
rtsp_url = "rtsp://user:password@192.168.1.20/stream1"
`;

/** The page before there is anything to show: how to add a camera. */
export function NoCameras({ mayAdd }: { readonly mayAdd: boolean }) {
  return (
    <Card className="mx-auto mt-[8vh] w-full max-w-xl p-6 sm:p-8" data-testid="no-cameras">
      <Cctv className="size-7 text-primary" strokeWidth={1.5} aria-hidden />
      <h2 className="mt-4 text-lg font-semibold">No cameras yet</h2>
      {mayAdd ? <HowTo /> : <p className="mt-1 text-muted-foreground">There is none that your account may see. Somebody who may change cameras can add one.</p>}
    </Card>
  );
}

function HowTo() {
  return (
    <>
      <p className="mt-1 text-muted-foreground">All that is needed is the camera's address. It is tried first, and shows its picture before anything is kept.</p>
      <Button asChild className="mt-5">
        <Link to="/cameras/new">
          <Plus aria-hidden /> Add the first camera
        </Link>
      </Button>
      <details className="mt-6 text-sm">
        <summary className="w-fit touch:py-3.5 cursor-pointer rounded-sm text-xs text-muted-foreground outline-none hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring">
          Other ways
        </summary>
        <p className="mt-3 text-muted-foreground">
          Or name it in <code className="rounded bg-muted px-1 py-0.5 text-foreground">nightjar.toml</code>, then restart Nightjar:
        </p>
        <pre className="mt-3 mb-2 overflow-x-auto rounded-md border bg-muted p-4 text-[0.8125rem] leading-relaxed">{EXAMPLE}</pre>
        <CopyButton text={EXAMPLE} what="the example" />
        <p className="mt-4 text-xs text-muted-foreground">
          No camera at hand? <code className="text-foreground">nightjar simulate</code> makes some.
        </p>
      </details>
    </>
  );
}
