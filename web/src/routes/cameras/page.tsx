import { useQuery } from "@tanstack/react-query";
import { Link, Navigate, useNavigate } from "@tanstack/react-router";
import { Plus, Tags } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import { Page } from "@/components/page";
import { PagesNav } from "@/components/pages-nav";
import { StaleNotice } from "@/components/stale-notice";
import { Empty, LoadFailed, LoadingRows } from "@/components/states";
import { Button } from "@/components/ui/button";
import { cameraListQuery } from "@/features/cameras/api/manage";
import { BulkTags } from "@/features/cameras/components/bulk-tags";
import { CameraFilters } from "@/features/cameras/components/camera-filters";
import { CameraRows } from "@/features/cameras/components/camera-rows";
import { pollWhile, useLiveStatus } from "@/features/cameras/components/use-live-status";
import { NoCameras } from "@/features/cameras/components/no-cameras";
import { type CameraFilter, isFiltered } from "@/features/cameras/filter";
import { groupsQuery } from "@/lib/api/groups";
import type { Camera } from "@/lib/api/types";
import { lastPageBefore } from "@/lib/pages";
import { can } from "@/lib/session/permissions";
import { useMe } from "@/lib/session/use-session";

/** All cameras: find one, or change many. */
export function CamerasPage({ filter }: { readonly filter: CameraFilter }) {
  const mayWrite = can(useMe(), "camera:write");
  return (
    <Page
      title="Cameras"
      about="What there is, and how it is doing."
      permission="camera:read"
      actions={
        mayWrite && (
          <Button asChild>
            <Link to="/cameras/new">
              <Plus aria-hidden /> Add a camera
            </Link>
          </Button>
        )
      }
    >
      <Cameras filter={filter} mayWrite={mayWrite} />
    </Page>
  );
}

interface CamerasProps {
  readonly filter: CameraFilter;
  readonly mayWrite: boolean;
}

function Cameras({ filter, mayWrite }: CamerasProps) {
  const navigate = useNavigate();
  const live = useLiveStatus();
  const cameras = useQuery({ ...cameraListQuery(filter), refetchInterval: pollWhile(live) });
  const go = (next: CameraFilter) => void navigate({ to: "/cameras", search: next, replace: true });
  if (!cameras.data) {
    return cameras.isError ? <LoadFailed what="The cameras" isRetried error={cameras.error} onRetry={() => void cameras.refetch()} /> : <LoadingRows what="the cameras" />;
  }
  const { items, pagination } = cameras.data;
  const last = cameras.isPlaceholderData ? undefined : lastPageBefore(filter.page, pagination.total_pages);
  if (last !== undefined) return <Navigate to="/cameras" search={{ ...filter, page: last }} replace />;
  if (items.length === 0 && !isFiltered(filter) && filter.page === undefined) return <NoCameras mayAdd={mayWrite} />;
  return (
    <>
      <CameraFilters filter={filter} onFilter={go} />
      <StaleNotice answer={cameras} />
      {items.length === 0 ? <Empty title="No camera fits">Look for something else, or take a filter away.</Empty> : <List cameras={items} mayWrite={mayWrite} />}
      <PagesNav page={filter.page ?? 1} pages={pagination.total_pages ?? 1} total={`${pagination.total ?? 0} cameras`} onPage={(page) => go({ ...filter, page })} />
    </>
  );
}

interface ListProps {
  readonly cameras: readonly Camera[];
  readonly mayWrite: boolean;
}

function List({ cameras, mayWrite }: ListProps) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [tagging, setTagging] = useState(false);
  const groups = useQuery(groupsQuery).data;
  const names = useMemo(() => new Map(groups?.map((group) => [group.id, group.name])), [groups]);
  const onSelect = useCallback((id: string, on: boolean) => setSelected((before) => withOrWithout(before, id, on)), []);
  // What a filter hides is not changed unseen.
  const chosen = cameras.filter((camera) => selected.has(camera.id)).map((camera) => camera.id);
  return (
    <>
      {mayWrite && (
        <div role="toolbar" aria-label="What can be done with the selected" className="flex min-h-8 flex-wrap items-center gap-3">
          <p aria-live="polite" className="text-sm text-muted-foreground">
            {chosen.length === 0 ? `${cameras.length} ${cameras.length === 1 ? "camera" : "cameras"}` : `${chosen.length} of ${cameras.length} selected`}
          </p>
          {chosen.length > 0 && (
            <>
              <Button variant="outline" size="sm" onClick={() => setTagging(true)}>
                <Tags aria-hidden /> Tag them…
              </Button>
              <Button variant="ghost" size="sm" onClick={() => setSelected(new Set())}>
                Select none
              </Button>
            </>
          )}
        </div>
      )}
      <CameraRows
        cameras={cameras}
        groups={names}
        selected={mayWrite ? selected : undefined}
        onSelect={onSelect}
        onSelectAll={(on) => setSelected(new Set(on ? cameras.map((camera) => camera.id) : []))}
      />
      {tagging && (
        <BulkTags
          cameras={chosen}
          onDone={() => {
            setTagging(false);
            setSelected(new Set());
          }}
          onClose={() => setTagging(false)}
        />
      )}
    </>
  );
}

function withOrWithout(set: ReadonlySet<string>, id: string, on: boolean): ReadonlySet<string> {
  const next = new Set(set);
  if (on) next.add(id);
  else next.delete(id);
  return next;
}
