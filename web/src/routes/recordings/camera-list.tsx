import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { VirtualRows } from "@/components/rows/virtual-rows";
import { Empty } from "@/components/states";
import { Legend } from "@/components/timeline/legend";
import { Ruler } from "@/components/timeline/ruler";
import { Card } from "@/components/ui/card";
import type { Camera } from "@/features/cameras/api/cameras";
import { groupsQuery } from "@/lib/api/groups";
import type { CameraGroup } from "@/lib/api/types";
import { cn } from "@/lib/cn";
import type { GapCause } from "@/lib/footage/causes";
import { clip } from "@/lib/footage/navigate";
import { slo, total } from "@/lib/footage/slo";
import type { Footage, Interval, Millis } from "@/lib/footage/types";
import type { View } from "@/lib/footage/view";
import { can } from "@/lib/session/permissions";
import { useMe } from "@/lib/session/use-session";
import { CameraRow, COLUMNS, type RowActions } from "./camera-row";
import { type ListItem, listed, parseListFilter } from "./list-filter";
import { ListToolbar, useTypedFilter } from "./list-toolbar";
import type { RecordingsSearch } from "./search";
import { SloFigure } from "./slo-figure";
import { ViewControls } from "./view-controls";

interface CameraListProps extends RowActions {
  readonly cameras: readonly Camera[];
  readonly search: RecordingsSearch;
  readonly footages: ReadonlyMap<string, Footage>;
  readonly failed: ReadonlySet<string>;
  readonly view: View;
  readonly window: Interval;
  readonly edge: Millis;
  readonly selectedId: string | undefined;
  readonly playhead: Millis | undefined;
  onView(view: View): void;
  /** Told which cameras are on the screen. */
  onVisible(cameras: readonly Camera[]): void;
}

/** Of a camera's row before it was measured. */
const ROW_HEIGHT = 90;
/** Pixels at the top that the page's head and the ruler cover. */
const COVERED = 112;

/** One row a camera, all on the same time axis. */
export function CameraList(props: CameraListProps) {
  const { cameras, search, footages, failed, view, window, edge, selectedId, playhead, onView, onVisible, onZoom, onPan, onOpen } = props;
  const navigate = useNavigate();
  const groups = useQuery({ ...groupsQuery, enabled: can(useMe(), "camera:read") }).data ?? NO_GROUPS;
  const [filter, onTyped] = useTypedFilter(parseListFilter(search));
  const { q, state, group, by } = filter;
  const items = useMemo(() => listed(cameras, groups, parseListFilter({ q, state, group, by })), [cameras, groups, q, state, group, by]);
  const onRest = useCallback((shown: readonly ListItem[]) => onVisible(shown.flatMap((item) => (item.kind === "camera" ? [item.camera] : []))), [onVisible]);
  const found = items.filter((item) => item.kind === "camera").length;
  return (
    <div className="grid gap-3">
      <ListToolbar
        filter={filter}
        groups={groups}
        found={found}
        total={cameras.length}
        onTyped={onTyped}
        onFilter={(next) => void navigate({ to: "/", search: (before) => ({ ...withoutFilter(before), ...next }), replace: true, resetScroll: false })}
      />
      {found === 0 ? (
        <Empty title="No matching cameras">Change the search or clear the filters.</Empty>
      ) : (
        <Card>
          <div className={cn("sticky top-12 z-20 grid items-end gap-x-4 rounded-t-lg border-b bg-card px-3 pt-2", COLUMNS)}>
            <ViewControls view={view} window={window} now={edge} onView={onView} />
            <Ruler window={window} now={edge} onZoom={onZoom} onPan={onPan} />
            <span className="pb-2 text-right text-xs text-muted-foreground max-md:hidden" title="Recorded / should have been recorded, in the time shown">
              Recorded
            </span>
          </div>
          <VirtualRows label="Cameras" items={items} keyOf={keyOf} height={ROW_HEIGHT} covered={COVERED} isHeading={isHeading} onRest={onRest}>
            {(item) =>
              item.kind === "group" ? (
                <GroupHeading item={item} />
              ) : (
                <CameraRow
                  camera={item.camera}
                  footage={footages.get(item.camera.id)}
                  failed={failed.has(item.camera.id)}
                  window={window}
                  edge={edge}
                  selected={item.camera.id === selectedId}
                  playhead={item.camera.id === selectedId ? playhead : undefined}
                  onOpen={onOpen}
                  onZoom={onZoom}
                  onPan={onPan}
                />
              )
            }
          </VirtualRows>
          <Foot footages={footages} window={window} complete={cameras.every(({ id }) => footages.has(id))} />
        </Card>
      )}
    </div>
  );
}

const NO_GROUPS: readonly CameraGroup[] = [];

function keyOf(item: ListItem): string {
  return item.kind === "group" ? `group ${item.id}` : item.camera.id;
}

function isHeading(item: ListItem): boolean {
  return item.kind === "group";
}

function withoutFilter({ camera, t }: RecordingsSearch): RecordingsSearch {
  return { ...(camera === undefined ? {} : { camera }), ...(t === undefined ? {} : { t }) };
}

function GroupHeading({ item }: { readonly item: Extract<ListItem, { kind: "group" }> }) {
  return (
    <h2 className="flex items-baseline gap-3 border-b bg-muted/50 px-3 py-2 text-sm font-semibold">
      {item.name}
      <span className="text-xs font-normal text-muted-foreground tabular-nums">{item.cameras === 1 ? "1 camera" : `${item.cameras} cameras`}</span>
      {item.gaps > 0 && <span className="text-xs font-medium text-destructive tabular-nums">{item.gaps} not recording</span>}
    </h2>
  );
}

interface FootProps {
  readonly footages: ReadonlyMap<string, Footage>;
  readonly window: Interval;
  /** The footage of all cameras is known. */
  readonly complete: boolean;
}

function Foot({ footages, window, complete }: FootProps) {
  const causes = useMemo(() => causesIn(footages, window), [footages, window]);
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-t px-3 py-2.5">
      <Legend causes={causes} />
      <span className="flex items-baseline gap-6">
        <span className="text-xs text-muted-foreground max-lg:hidden">Scroll on the ruler, or Ctrl + scroll on a row, to zoom; drag to move</span>
        {complete && <SloFigure slo={total([...footages.values()].map((footage) => slo(footage, window)))} label="All cameras" />}
      </span>
    </div>
  );
}

function causesIn(footages: ReadonlyMap<string, Footage>, window: Interval): Set<GapCause> {
  const gaps = [...footages.values()].flatMap((footage) => clip(footage, window).gaps);
  return new Set(gaps.map((gap) => gap.cause));
}
