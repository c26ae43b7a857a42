import { Button } from "@/components/ui/button";
import { CredentialFields, type PartProps } from "./source-fields";

/** What is stored can be replaced or forgotten, and is never shown. */
export function StoredCredentials({ has, ...parts }: PartProps & { readonly has: boolean }) {
  const { draft, onDraft } = parts;
  const stored = has ? "A user name or password is stored; it is never shown." : "There is no user name and no password.";
  return (
    <div className="grid gap-3 rounded-md border p-3 sm:col-span-2" role="group" aria-label="User name and password of the camera">
      <p className="text-sm">{draft.credentials === "none" ? "User name and password are forgotten when you save." : draft.credentials === "keep" ? stored : "These replace what is stored, both at once."}</p>
      {draft.credentials === "replace" && (
        <div className="grid gap-4 sm:grid-cols-2">
          <CredentialFields {...parts} />
        </div>
      )}
      <div className="flex flex-wrap gap-2">
        {draft.credentials !== "replace" && (
          <Button variant="outline" size="sm" onClick={() => onDraft({ credentials: "replace" })}>
            {has ? "Replace both" : "Set both"}
          </Button>
        )}
        {has && draft.credentials !== "none" && (
          <Button variant="outline" size="sm" onClick={() => onDraft({ credentials: "none", username: "", password: "" })}>
            Forget both
          </Button>
        )}
        {draft.credentials !== "keep" && (
          <Button variant="ghost" size="sm" onClick={() => onDraft({ credentials: "keep", username: "", password: "" })}>
            Leave as it is
          </Button>
        )}
      </div>
    </div>
  );
}
