import { ChevronRight } from "lucide-react";
import { type ClipboardEvent, type ReactNode, useState } from "react";
import { Field } from "@/components/form/field";
import { PasswordInput } from "@/components/form/password-input";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import type { Transport } from "@/lib/api/types";
import { cn } from "@/lib/cn";
import { complete, takeApart } from "../address";
import type { Draft } from "../draft";

export interface PartProps {
  readonly draft: Draft;
  problem(field: string): string | undefined;
  onDraft(change: Partial<Draft>): void;
}

/** Where a new camera is: address, user name and password. */
export function SourceFields({ draft, problem, onDraft }: PartProps) {
  return (
    <>
      <AddressField label="Address" draft={draft} problem={problem} onDraft={onDraft} isRequired />
      <div className="grid gap-4 sm:grid-cols-2">
        <CredentialFields draft={draft} problem={problem} onDraft={onDraft} optional />
      </div>
      <More>
        <TransportField draft={draft} problem={problem} onDraft={onDraft} />
      </More>
    </>
  );
}

interface AddressFieldProps extends PartProps {
  readonly label: string;
  readonly isRequired?: boolean;
  readonly hint?: string;
}

/** Takes what is pasted apart: a password does not stay where everybody sees it. */
export function AddressField({ label, draft, problem, onDraft, isRequired = false, hint }: AddressFieldProps) {
  const [taken, setTaken] = useState(false);
  const settle = (text: string): boolean => {
    const apart = takeApart(text);
    if (!apart) return false;
    onDraft({ url: apart.url, username: apart.username, password: apart.password, credentials: "replace" });
    setTaken(true);
    return true;
  };
  const onPaste = (event: ClipboardEvent<HTMLInputElement>) => {
    const { selectionStart, selectionEnd, value } = event.currentTarget;
    const text = value.slice(0, selectionStart ?? 0) + event.clipboardData.getData("text") + value.slice(selectionEnd ?? value.length);
    if (settle(text)) event.preventDefault();
  };
  return (
    <Field
      label={label}
      hint={taken ? <span role="status">User name and password were taken out of the address, into their fields.</span> : (hint ?? "As the camera's manual or app names it, for instance rtsp://192.168.1.20/stream1")}
      problem={problem("source.main_url") ?? problem("url")}
    >
      {(described) => (
        <Input
          {...described}
          name="camera-address"
          inputMode="url"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required={isRequired}
          placeholder="rtsp://"
          value={draft.url}
          onPaste={onPaste}
          onChange={(event) => onDraft({ url: event.target.value })}
          onBlur={(event) => settle(event.target.value) || onDraft({ url: complete(event.target.value) })}
        />
      )}
    </Field>
  );
}

export function CredentialFields({ draft, problem, onDraft, optional = false }: PartProps & { readonly optional?: boolean }) {
  const more = optional ? " (if it asks for one)" : "";
  return (
    <>
      <Field label={`User name${more}`} problem={problem("source.username") ?? problem("username")}>
        {(described) => (
          <Input
            {...described}
            name="camera-username"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={255}
            value={draft.username}
            onChange={(event) => onDraft({ username: event.target.value })}
          />
        )}
      </Field>
      <Field label={`Password${more}`} problem={problem("source.password") ?? problem("password")}>
        {(described) => (
          <PasswordInput {...described} name="camera-password" autoComplete="new-password" value={draft.password} onChange={(event) => onDraft({ password: event.target.value })} />
        )}
      </Field>
    </>
  );
}

export function TransportField({ draft, problem, onDraft }: PartProps) {
  return (
    <Field label="How the media travels" hint="TCP goes through firewalls and loses nothing. A few old cameras only do UDP." problem={problem("source.transport") ?? problem("transport")}>
      {(described) => (
        <NativeSelect {...described} value={draft.transport} onChange={(event) => onDraft({ transport: event.target.value as Transport })}>
          <option value="tcp">TCP, within the RTSP connection</option>
          <option value="udp">UDP, in datagrams of its own</option>
        </NativeSelect>
      )}
    </Field>
  );
}

function More({ children }: { readonly children: ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <div className="grid gap-3">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex w-fit items-center gap-1 rounded-sm touch:min-h-11 text-xs font-medium text-muted-foreground outline-none hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring"
      >
        <ChevronRight className={cn("size-4 transition-transform", open && "rotate-90")} aria-hidden /> More
      </button>
      {open && children}
    </div>
  );
}
