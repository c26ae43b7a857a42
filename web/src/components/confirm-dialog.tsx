import { type ReactNode, useId, useState } from "react";
import { Field } from "./form/field";
import { FormProblem } from "./form/form-problem";
import { Button } from "./ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogTitle } from "./ui/dialog";
import { Input } from "./ui/input";

interface ConfirmDialogProps {
  readonly title: string;
  /** On the button that does it. */
  readonly action: string;
  readonly children: ReactNode;
  readonly error?: Error | null | undefined;
  readonly pending: boolean;
  /** What has to be typed before it can be done; asked for below the text. */
  readonly typed?: string;
  onConfirm(): void;
  onClose(): void;
}

/** Asks before something that can't be undone. */
export function ConfirmDialog({ title, action, children, error, pending, typed, onConfirm, onClose }: ConfirmDialogProps) {
  const about = useId();
  const [text, setText] = useState("");
  const isMeant = typed === undefined || text.trim() === typed.trim();
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent role="alertdialog" aria-describedby={about}>
        <DialogTitle className="pr-6">{title}</DialogTitle>
        <DialogDescription id={about}>{children}</DialogDescription>
        {typed !== undefined && (
          <Field label={`To go on, type “${typed}”`}>
            {(described) => <Input {...described} value={text} autoComplete="off" spellCheck={false} onChange={(event) => setText(event.target.value)} />}
          </Field>
        )}
        <FormProblem error={error} />
        <DialogFooter>
          <Button variant="outline" onClick={onClose}>
            Cancel
          </Button>
          <Button variant="destructive" pending={pending} disabled={!isMeant} onClick={onConfirm}>
            {action}
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
