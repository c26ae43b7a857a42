import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { useRowStop } from "@/components/rows/row-stop";
import { VirtualRows } from "@/components/rows/virtual-rows";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Checkbox } from "@/components/ui/checkbox";
import type { Camera } from "@/lib/api/types";
import { cn } from "@/lib/cn";
import { causeLabel, parseCause } from "@/lib/footage/causes";
import { hostOf } from "../address";
import { isConnecting } from "../connecting";
import { TagList } from "./camera-facts";

interface CameraRowsProps {
  readonly cameras: readonly Camera[];
  /** By id. */
  readonly groups: ReadonlyMap<string, string>;
  /** Ids; none: nothing can be selected. */
  readonly selected: ReadonlySet<string> | undefined;
  onSelect(id: string, on: boolean): void;
  onSelectAll(on: boolean): void;
}

const COLUMNS = "grid-cols-[auto_minmax(0,1fr)_auto] md:grid-cols-[auto_minmax(0,2fr)_minmax(8rem,1fr)_minmax(0,1fr)_minmax(0,1.5fr)]";
const COLUMNS_PLAIN = "grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[minmax(0,2fr)_minmax(8rem,1fr)_minmax(0,1fr)_minmax(0,1.5fr)]";

/** Of a row before it was measured. */
const ROW_HEIGHT = 61;
/** Pixels at the top that the page's head covers. */
const COVERED = 56;

export function CameraRows({ cameras, groups, selected, onSelect, onSelectAll }: CameraRowsProps) {
  const chosen = selected ? cameras.filter((camera) => selected.has(camera.id)).length : 0;
  return (
    <Card>
      <div className={cn("grid items-center gap-x-3 border-b px-3 py-2 text-xs font-medium text-muted-foreground", selected ? COLUMNS : COLUMNS_PLAIN)}>
        {selected && (
          <Checkbox aria-label="Select all that are shown" checked={chosen === 0 ? false : chosen === cameras.length ? true : "indeterminate"} onCheckedChange={(on) => onSelectAll(on === true)} />
        )}
        <span>Camera</span>
        <span>State</span>
        <span className="max-md:hidden">Group</span>
        <span className="max-md:hidden">Tags</span>
      </div>
      <VirtualRows label="Cameras" items={cameras} keyOf={idOf} height={ROW_HEIGHT} covered={COVERED}>
        {(camera) => (
          <Row camera={camera} group={camera.group_id === null ? undefined : groups.get(camera.group_id)} selected={selected?.has(camera.id)} onSelect={onSelect} />
        )}
      </VirtualRows>
    </Card>
  );
}

interface RowProps {
  readonly camera: Camera;
  readonly group: string | undefined;
  /** Undefined: it can't be. */
  readonly selected: boolean | undefined;
  onSelect(id: string, on: boolean): void;
}

const Row = memo(function Row({ camera, group, selected, onSelect }: RowProps) {
  const stop = useRowStop();
  return (
    <div
      data-testid="camera-item"
      data-camera={camera.name}
      className={cn(
        "grid items-center gap-x-3 border-b px-3 py-2.5",
        selected === undefined ? COLUMNS_PLAIN : COLUMNS,
        selected && "bg-accent/50",
      )}
    >
      {selected !== undefined && <Checkbox {...stop} aria-label={`Select ${camera.name}`} checked={selected} onCheckedChange={(on) => onSelect(camera.id, on === true)} />}
      <div className="min-w-0">
        <Link
          {...stop}
          to="/cameras/$camera"
          params={{ camera: camera.key }}
          className="block truncate rounded-sm font-medium touch:py-3 touch:leading-5 outline-none hover:underline focus-visible:ring-2 focus-visible:ring-ring"
        >
          {camera.name}
        </Link>
        <p className="truncate text-xs text-muted-foreground">{[hostOf(camera.source.main_url), camera.location, camera.place].filter(Boolean).join(" · ")}</p>
        {(camera.tags.length > 0 || group !== undefined) && <p className="truncate text-xs text-muted-foreground md:hidden">{[group, ...camera.tags].filter(Boolean).join(" · ")}</p>}
      </div>
      <StateBadge camera={camera} />
      <span className="truncate text-muted-foreground max-md:hidden">{group ?? "—"}</span>
      <span className="min-w-0 max-md:hidden">{camera.tags.length > 0 ? <TagList tags={camera.tags} /> : <span className="text-muted-foreground">—</span>}</span>
    </div>
  );
}, isSame);

function idOf({ id }: Camera): string {
  return id;
}

/** Lists come anew every few seconds, mostly with the same cameras in the same state. */
function isSame(a: RowProps, b: RowProps): boolean {
  const [one, other] = [a.camera, b.camera];
  return (
    one.id === other.id &&
    one.version === other.version &&
    one.status.recording_state === other.status.recording_state &&
    one.status.gap_cause === other.status.gap_cause &&
    one.status.wants_recording === other.status.wants_recording &&
    a.group === b.group &&
    a.selected === b.selected &&
    a.onSelect === b.onSelect
  );
}

export function StateBadge({ camera: { enabled, status } }: { readonly camera: Pick<Camera, "enabled" | "status"> }) {
  if (!enabled) return <Badge>Switched off</Badge>;
  if (status.recording_state === "recording") return <Badge variant="ok">Recording</Badge>;
  if (isConnecting(status)) return <Badge>Connecting</Badge>;
  if (status.recording_state === "gap" && status.gap_cause !== "disabled") {
    return (
      <Badge variant="destructive" className="max-w-36 sm:max-w-full">
        <span className="truncate">{causeLabel(parseCause(status.gap_cause))}</span>
      </Badge>
    );
  }
  return <Badge>Off</Badge>;
}
