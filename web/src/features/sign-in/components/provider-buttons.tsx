import { useQuery } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import { Button } from "@/components/ui/button";
import { providersQuery } from "../api/sign-in";
import { startOf } from "../provider-problem";

/** A way to each OpenID provider; nothing if there is none. The browser itself goes there. */
export function ProviderButtons({ next }: { readonly next: string }) {
  const providers = useQuery(providersQuery).data ?? [];
  if (providers.length === 0) return null;
  return (
    <div className="grid gap-2">
      <p className="flex items-center gap-3 text-muted-foreground before:h-px before:grow before:bg-border after:h-px after:grow after:bg-border">or</p>
      {providers.map(({ name, label }) => (
        <Button key={name} variant="outline" asChild>
          <a href={startOf(name, next)}>
            <ExternalLink aria-hidden /> Sign in with {label}
          </a>
        </Button>
      ))}
    </div>
  );
}
