import { type ReactNode, useId } from "react";
import { FormProblem } from "./form/form-problem";
import { Button } from "./ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogTitle } from "./ui/dialog";

interface ConfirmDialogProps {
  readonly title: string;
  /** On the button that does it. */
  readonly action: string;
  readonly children: ReactNode;
  readonly error?: Error | null | undefined;
  readonly pending: boolean;
  onConfirm(): void;
  onClose(): void;
}

/** Asks before something that can't be undone. */
export function ConfirmDialog({ title, action, children, error, pending, onConfirm, onClose }: ConfirmDialogProps) {
  const about = useId();
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent role="alertdialog" aria-describedby={about}>
        <DialogTitle className="pr-6">{title}</DialogTitle>
        <DialogDescription id={about}>{children}</DialogDescription>
        <FormProblem error={error} />
        <DialogFooter>
          <Button variant="outline" onClick={onClose}>
            Cancel
          </Button>
          <Button variant="destructive" pending={pending} onClick={onConfirm}>
            {action}
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
