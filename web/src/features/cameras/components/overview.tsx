import type { Camera } from "../api/cameras";

/** How many cameras are recording, in one line for the page's head. */
export function Overview({ cameras }: { readonly cameras: readonly Camera[] }) {
  const count = (kind: Camera["recording"]["kind"]) => cameras.filter((camera) => camera.recording.kind === kind).length;
  const recording = count("recording");
  const connecting = count("connecting");
  const gaps = count("gap");
  const off = count("off");
  return (
    <p className="flex flex-wrap items-center justify-end gap-x-3 text-sm max-sm:text-xs" data-testid="overview">
      <span>
        <span className="font-medium tabular-nums">{recording}</span>
        <span className="text-muted-foreground"> of {cameras.length} recording</span>
      </span>
      {gaps > 0 && <span className="font-medium text-destructive tabular-nums">{gaps} not recording</span>}
      {connecting > 0 && <span className="text-muted-foreground tabular-nums">{connecting} connecting</span>}
      {off > 0 && <span className="text-muted-foreground tabular-nums max-sm:hidden">{off} off</span>}
    </p>
  );
}
