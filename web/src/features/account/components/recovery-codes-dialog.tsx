import { Download } from "lucide-react";
import { useId } from "react";
import { CopyButton } from "@/components/copy-button";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogTitle } from "@/components/ui/dialog";

interface RecoveryCodesDialogProps {
  readonly codes: readonly string[];
  readonly username: string;
  onClose(): void;
}

/** The codes for the day that the phone is lost. A click beside the dialog does not close it: they are shown only now. */
export function RecoveryCodesDialog({ codes, username, onClose }: RecoveryCodesDialogProps) {
  const about = useId();
  const text = `Recovery codes of ${username} for Nightjar at ${location.host}. Each works once.\n\n${codes.join("\n")}\n`;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent aria-describedby={about} onInteractOutside={(event) => event.preventDefault()}>
        <DialogTitle className="pr-6">The second factor is on. Keep these recovery codes</DialogTitle>
        <DialogDescription id={about}>
          Each lets you in once instead of a code from the app, for the day that the phone is lost. They are not shown again.
        </DialogDescription>
        <ul data-testid="recovery-codes" className="grid grid-cols-2 gap-x-4 gap-y-1 rounded-md border bg-muted p-3 font-mono text-[0.8125rem] max-sm:grid-cols-1">
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
        <DialogFooter className="justify-between">
          <span className="flex flex-wrap gap-2">
            <CopyButton text={codes.join("\n")} what="them" />
            <Button asChild variant="outline" size="sm">
              <a href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`} download="nightjar-recovery-codes.txt">
                <Download aria-hidden /> Download
              </a>
            </Button>
          </span>
          <Button size="sm" onClick={onClose}>
            I have kept them
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
