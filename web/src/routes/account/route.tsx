import { createRoute } from "@tanstack/react-router";
import { Page } from "@/components/page";
import { sessionsQuery } from "@/features/account/api/account";
import { PasswordCard } from "@/features/account/components/password-card";
import { ProfileCard } from "@/features/account/components/profile-card";
import { SessionsCard } from "@/features/account/components/sessions-card";
import { TotpCard } from "@/features/account/components/totp-card";
import { useMe } from "@/lib/session/use-session";
import { signedInRoute } from "../signed-in";

export const accountRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/account",
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(sessionsQuery);
  },
  component: AccountPage,
});

function AccountPage() {
  const me = useMe();
  if (!me) return null;
  return (
    <Page title="Account" about="Your own account, password and sign-ins.">
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <div className="grid gap-4">
          <ProfileCard me={me} />
          {me.has_password && <TotpCard enabled={me.totp} username={me.username} />}
        </div>
        <div className="grid gap-4">
          {me.has_password && <PasswordCard username={me.username} />}
          <SessionsCard />
        </div>
      </div>
    </Page>
  );
}
