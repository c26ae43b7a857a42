import { Time } from "@/components/time";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { ApiToken, Me } from "@/lib/api/types";
import type { Millis } from "@/lib/footage/types";
import { stateOf } from "../draft";

interface TokenTableProps {
  readonly tokens: readonly ApiToken[];
  readonly me: Me;
  readonly now: Millis;
  onPermissions(token: ApiToken): void;
  onRevoke(token: ApiToken): void;
}

export function TokenTable({ tokens, me, now, onPermissions, onRevoke }: TokenTableProps) {
  return (
    <Card>
      <Table>
        <caption className="sr-only">API tokens</caption>
        <TableHeader>
          <TableRow>
            <TableHead>Token</TableHead>
            <TableHead className="max-md:hidden">May do</TableHead>
            <TableHead className="max-sm:hidden">Last used</TableHead>
            <TableHead className="max-lg:hidden">Ends</TableHead>
            <TableHead>
              <span className="sr-only">What can be done</span>
            </TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {tokens.map((token) => {
            const state = stateOf(token, now);
            return (
              <TableRow key={token.id} data-testid="token" data-token={token.name} className={state === "active" ? "" : "text-muted-foreground"}>
                <TableCell>
                  <p className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium break-words">
                    {token.name}
                    {state === "expired" && <Badge variant="warning">Ended</Badge>}
                    {state === "revoked" && <Badge variant="destructive">Revoked</Badge>}
                  </p>
                  <p className="text-xs break-words text-muted-foreground">
                    <code>{token.prefix}…</code>
                    {token.user_id !== me.id && ` · of ${token.username}`}
                    {token.remark && ` · ${token.remark}`}
                  </p>
                </TableCell>
                <TableCell className="max-w-72 max-md:hidden">
                  <p className="text-xs">{token.permissions.join(", ")}</p>
                  <p className="text-xs text-muted-foreground">
                    {token.rate_limit} requests/h
                    {token.allowed_ips.length > 0 && ` · only from ${token.allowed_ips.join(", ")}`}
                  </p>
                </TableCell>
                <TableCell className="max-sm:hidden">
                  <Time at={token.last_used_at} />
                  {token.last_used_ip && <p className="text-xs text-muted-foreground">{token.last_used_ip}</p>}
                </TableCell>
                <TableCell className="max-lg:hidden">
                  <Time at={token.expires_at} />
                </TableCell>
                <TableCell className="w-px">{state === "active" && <Actions token={token} onPermissions={onPermissions} onRevoke={onRevoke} />}</TableCell>
              </TableRow>
            );
          })}
        </TableBody>
      </Table>
    </Card>
  );
}

function Actions({ token, onPermissions, onRevoke }: Pick<TokenTableProps, "onPermissions" | "onRevoke"> & { readonly token: ApiToken }) {
  return (
    <div className="flex justify-end gap-2 max-sm:flex-col">
      <Button variant="outline" size="sm" aria-label={`Permissions of ${token.name}`} onClick={() => onPermissions(token)}>
        Permissions
      </Button>
      <Button variant="outline" size="sm" aria-label={`Revoke ${token.name}`} onClick={() => onRevoke(token)}>
        Revoke
      </Button>
    </div>
  );
}
