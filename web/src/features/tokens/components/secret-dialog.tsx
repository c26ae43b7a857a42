import { useId } from "react";
import { CopyButton } from "@/components/copy-button";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogTitle } from "@/components/ui/dialog";
import type { MadeToken } from "../api/tokens";

interface SecretDialogProps {
  readonly made: MadeToken;
  onClose(): void;
}

/** The only time that the secret is seen, so a click beside the dialog does not close it. */
export function SecretDialog({ made, onClose }: SecretDialogProps) {
  const about = useId();
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent aria-describedby={about} onInteractOutside={(event) => event.preventDefault()}>
        <DialogTitle className="pr-6">The token “{made.token.name}” is made</DialogTitle>
        <DialogDescription id={about}>Copy it now, and keep it like a password: it is not shown again.</DialogDescription>
        <code data-testid="token-secret" className="rounded-md border bg-muted p-3 text-[0.8125rem] break-all select-all">
          {made.secret}
        </code>
        <DialogFooter className="justify-between">
          <CopyButton text={made.secret} what="the token" />
          <Button size="sm" onClick={onClose}>
            I have kept it
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
