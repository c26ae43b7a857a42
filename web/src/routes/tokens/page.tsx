import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Page } from "@/components/page";
import { Empty, LoadFailed, LoadingRows } from "@/components/states";
import { Button } from "@/components/ui/button";
import { type MadeToken, revokeToken, tokensQuery } from "@/features/tokens/api/tokens";
import { NewTokenDialog } from "@/features/tokens/components/new-token-dialog";
import { PermissionsDialog } from "@/features/tokens/components/permissions-dialog";
import { SecretDialog } from "@/features/tokens/components/secret-dialog";
import { TokenTable } from "@/features/tokens/components/token-table";
import type { ApiToken, Me } from "@/lib/api/types";
import { useMe } from "@/lib/session/use-session";
import { now } from "@/lib/time/clock";

type Open =
  | { readonly kind: "nothing" | "new" }
  | { readonly kind: "made"; readonly made: MadeToken }
  | { readonly kind: "permissions" | "revoke"; readonly token: ApiToken };

const NOTHING: Open = { kind: "nothing" };

/** What programs sign in with. */
export function TokensPage() {
  const me = useMe();
  const [open, setOpen] = useState<Open>(NOTHING);
  return (
    <Page
      title="API tokens"
      about="What programs sign in with: each has a part of its owner's rights, and can be revoked alone."
      permission="token:write"
      actions={
        <Button onClick={() => setOpen({ kind: "new" })}>
          <KeyRound aria-hidden /> Make a token
        </Button>
      }
    >
      {me && <Tokens me={me} open={open} onOpen={setOpen} />}
    </Page>
  );
}

interface TokensProps {
  readonly me: Me;
  readonly open: Open;
  onOpen(open: Open): void;
}

function Tokens({ me, open, onOpen }: TokensProps) {
  const tokens = useQuery(tokensQuery);
  const queryClient = useQueryClient();
  const reload = () => queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey });
  const close = () => onOpen(NOTHING);
  const revoke = useMutation({ mutationFn: revokeToken, onSuccess: close, onSettled: reload });
  return (
    <>
      {tokens.data ? (
        tokens.data.length === 0 ? (
          <Empty title="No tokens yet">Make one for each program, so that each can be revoked alone.</Empty>
        ) : (
          <TokenTable
            tokens={tokens.data}
            me={me}
            now={now()}
            onPermissions={(token) => onOpen({ kind: "permissions", token })}
            onRevoke={(token) => {
              revoke.reset();
              onOpen({ kind: "revoke", token });
            }}
          />
        )
      ) : tokens.isError ? (
        <LoadFailed what="The tokens" error={tokens.error} onRetry={() => void tokens.refetch()} />
      ) : (
        <LoadingRows what="the tokens" />
      )}
      {open.kind === "new" && (
        <NewTokenDialog
          me={me}
          onClose={close}
          onMade={(made) => {
            onOpen({ kind: "made", made });
            void reload();
          }}
        />
      )}
      {open.kind === "made" && <SecretDialog made={open.made} onClose={close} />}
      {open.kind === "permissions" && (
        <PermissionsDialog
          token={open.token}
          me={me}
          onClose={close}
          onSaved={() => {
            close();
            void reload();
          }}
        />
      )}
      {open.kind === "revoke" && (
        <ConfirmDialog
          title={`Revoke “${open.token.name}”?`}
          action="Revoke the token"
          pending={revoke.isPending}
          error={revoke.error}
          onConfirm={() => revoke.mutate(open.token.id)}
          onClose={close}
        >
          Programs that use it are refused within seconds. This can't be undone.
        </ConfirmDialog>
      )}
    </>
  );
}
