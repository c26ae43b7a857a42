import type { ReactNode } from "react";
import { Card } from "@/components/ui/card";
import type { Me } from "@/lib/api/types";
import { PERMISSIONS, ROLES } from "@/lib/session/permissions";

/** Who one is here, and what one may do. */
export function ProfileCard({ me }: { readonly me: Me }) {
  return (
    <Card className="p-5" aria-labelledby="profile-title">
      <h2 id="profile-title" className="font-semibold">
        {me.display_name || me.username}
      </h2>
      <dl className="mt-3 grid gap-x-8 gap-y-2.5 sm:grid-cols-2">
        <Fact term="User name">{me.username}</Fact>
        <Fact term="E-mail">{me.email ?? "none"}</Fact>
        <Fact term="Role">
          {ROLES[me.role].name}
          <span className="block text-xs text-muted-foreground">{ROLES[me.role].about}</span>
        </Fact>
        {!me.has_password && <Fact term="Password">None: you sign in at a provider</Fact>}
        <Fact term="Organization">{me.organization.name}</Fact>
        <Fact term="Cameras">{me.groups === null ? "All of the organization" : `Those in ${me.groups.length} ${me.groups.length === 1 ? "group" : "groups"}`}</Fact>
      </dl>
      <details className="mt-4">
        <summary className="cursor-pointer touch:py-3 rounded-sm text-sm text-muted-foreground outline-none focus-visible:ring-2 focus-visible:ring-ring">
          {me.permissions.length} permissions
        </summary>
        <ul className="mt-2 grid gap-x-8 gap-y-1.5 sm:grid-cols-2">
          {PERMISSIONS.filter(([permission]) => me.permissions.includes(permission)).map(([permission, about]) => (
            <li key={permission}>
              <code className="text-xs">{permission}</code>
              <span className="block text-xs text-muted-foreground">{about}</span>
            </li>
          ))}
        </ul>
      </details>
    </Card>
  );
}

function Fact({ term, children }: { readonly term: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-muted-foreground">{term}</dt>
      <dd className="break-words">{children}</dd>
    </div>
  );
}
