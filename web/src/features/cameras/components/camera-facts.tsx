import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Time } from "@/components/time";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { groupsQuery } from "@/lib/api/groups";
import type { Camera } from "@/lib/api/types";
import { formatBytes, formatDuration } from "@/lib/time/format";

/** A camera's settings for whoever can't change them. */
export function CameraFacts({ camera }: { readonly camera: Camera }) {
  const groups = useQuery(groupsQuery).data ?? [];
  const facts: readonly (readonly [string, ReactNode])[] = [
    ["Id", <code key="id">{camera.key}</code>],
    ["Group", groups.find((group) => group.id === camera.group_id)?.name ?? "None"],
    ["Tags", camera.tags.length > 0 ? <TagList key="tags" tags={camera.tags} /> : "None"],
    ["Location", [camera.location, camera.place].filter(Boolean).join(", ") || "Not told"],
    ["Device", [camera.company, camera.model].filter(Boolean).join(" ") || "Not told"],
    ["Serial number", camera.serial_number ?? "Not told"],
    ["Main stream", <code key="main" className="break-all">{camera.source.main_url}</code>],
    ["Sub stream", camera.source.sub_url === null ? "None" : <code key="sub" className="break-all">{camera.source.sub_url}</code>],
    ["Transport", camera.source.transport.toUpperCase()],
    ["User name and password", camera.source.has_credentials ? "Stored, never shown" : "None"],
    ["Switched on", camera.enabled ? "Yes" : "No"],
    ["Recorded", camera.mode === "continuous" ? "Always" : "Only when started by hand"],
    ["Sound", camera.audio === "none" ? "Left out" : "Recorded, as AAC"],
    ["Length of files", formatDuration(camera.segment_seconds * 1_000)],
    ["Footage is kept", kept(camera)],
    ["Added", <Time key="added" at={camera.created_at} />],
  ];
  return (
    <Card className="p-4 sm:p-6" data-testid="camera-facts">
      <h2 className="font-semibold">Settings</h2>
      <dl className="mt-4 grid gap-x-8 gap-y-4 sm:grid-cols-2 lg:grid-cols-3">
        {facts.map(([term, value]) => (
          <div key={term} className="min-w-0">
            <dt className="text-xs text-muted-foreground">{term}</dt>
            <dd className="mt-0.5 break-words">{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

export function TagList({ tags }: { readonly tags: readonly string[] }) {
  return (
    <span className="flex flex-wrap gap-1">
      {tags.map((tag) => (
        <Badge key={tag} className="max-w-40">
          <span className="truncate">{tag}</span>
        </Badge>
      ))}
    </span>
  );
}

function kept({ retention_seconds: seconds, retention_bytes: bytes }: Camera): string {
  const limits = [seconds === null ? "" : formatDuration(seconds * 1_000), bytes === null ? "" : `${formatBytes(bytes)} at most`].filter(Boolean);
  return limits.length > 0 ? limits.join(", ") : "Until the space is needed";
}
