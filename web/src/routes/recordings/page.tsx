import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { CircleAlert } from "lucide-react";
import { type Dispatch, type SetStateAction, useMemo, useState } from "react";
import { PageHeading } from "@/components/page";
import { StaleNotice } from "@/components/stale-notice";
import { LoadFailed } from "@/components/states";
import { Alert } from "@/components/ui/alert";
import { type Camera, camerasQuery } from "@/features/cameras/api/cameras";
import { NoCameras } from "@/features/cameras/components/no-cameras";
import { Overview } from "@/features/cameras/components/overview";
import { pollWhile, useLiveStatus } from "@/features/cameras/components/use-live-status";
import { clip, covers } from "@/lib/footage/navigate";
import { type Millis, NO_FOOTAGE } from "@/lib/footage/types";
import { LAST_DAY, pan, reveal, type View, zoom } from "@/lib/footage/view";
import { can } from "@/lib/session/permissions";
import { useMe } from "@/lib/session/use-session";
import { AsOf, asOf } from "@/lib/time/as-of";
import { now as serverNow, useNow } from "@/lib/time/clock";
import { CameraList } from "./camera-list";
import { parseListFilter } from "./list-filter";
import { Loading } from "./page-states";
import { PlayerSection } from "./player-section";
import { type RecordingsSearch, searchFor, targetOf } from "./search";
import { useFootage } from "./use-footage";
import { usePlayerFor, usePlayhead } from "./use-player-for";

/** Every camera with its state and its last day, and a player for any moment of it. */
export function RecordingsPage({ search }: { readonly search: RecordingsSearch }) {
  const live = useLiveStatus();
  const cameras = useQuery({ ...camerasQuery, refetchInterval: pollWhile(live) });
  return (
      <main id="main" tabIndex={-1} className="mx-auto max-w-[110rem] p-3 outline-none sm:p-4">
        {!cameras.data && <title>Footage · Nightjar</title>}
        <div className="mb-3 flex flex-wrap items-center justify-between gap-x-6 gap-y-1">
          <PageHeading>Footage</PageHeading>
          {cameras.data && cameras.data.length > 0 && <Overview cameras={cameras.data} />}
        </div>
        {cameras.data ? (
          <AsOf value={asOf(cameras)}>
            <div className="mb-3 empty:hidden">
              <StaleNotice answer={cameras} />
            </div>
            <Cameras cameras={cameras.data} search={search} isLive={live.kind === "live"} />
          </AsOf>
        ) : cameras.isError ? (
          <LoadFailed what="The cameras" isRetried error={cameras.error} onRetry={() => void cameras.refetch()} />
        ) : (
          <Loading />
        )}
      </main>
  );
}

interface CamerasProps {
  readonly cameras: readonly Camera[];
  readonly search: RecordingsSearch;
  readonly isLive: boolean;
}

function Cameras({ cameras, search, isLive }: CamerasProps) {
  const now = useNow();
  const mayAdd = can(useMe(), "camera:write");
  const target = targetOf(search);
  const selected = cameras.find((camera) => camera.key === search.camera || camera.id === search.camera);
  const [view, setView] = useState<View>(() => (target === "latest" ? LAST_DAY : reveal(LAST_DAY, target, serverNow())));
  const [visible, setVisible] = useState<readonly Camera[]>([]);
  const { footages, failed, window, edge } = useFootage({ cameras: withSelected(visible, selected), view, now, isLive });
  const player = usePlayerFor(selected?.id);
  const playhead = usePlayhead(player);
  const actions = useActions(setView);
  const footage = (selected && footages.get(selected.id)) ?? NO_FOOTAGE;

  return (
    <div className="grid gap-4">
      <title>{pageTitle(cameras, selected)}</title>
      {search.camera !== undefined && !selected && (
        <Alert variant="warning">
          <CircleAlert aria-hidden />
          <p>There is no camera “{search.camera}”: it may have been renamed or removed.</p>
        </Alert>
      )}
      {selected && player && (
        <PlayerSection
          key={selected.id}
          player={player}
          camera={selected}
          target={target}
          footage={footage}
          gaps={covers(footage, window, now) ? clip(footage, window).gaps : undefined}
          now={now}
          onSeek={actions.onSeek}
          onMoment={(at) => actions.onMoment(selected, at)}
          onClose={() => actions.onClose(selected)}
        />
      )}
      {cameras.length === 0 ? (
        <NoCameras mayAdd={mayAdd} />
      ) : (
        <CameraList
          {...actions}
          cameras={cameras}
          footages={footages}
          failed={failed}
          search={search}
          onVisible={setVisible}
          view={view}
          window={window}
          edge={edge}
          selectedId={selected?.id}
          playhead={playhead}
          onView={setView}
        />
      )}
    </div>
  );
}

/** What changes view and address. The functions stay the same, so that rows need not be rendered for them. */
function useActions(setView: Dispatch<SetStateAction<View>>) {
  const navigate = useNavigate();
  return useMemo(() => {
    return {
      onZoom: (factor: number, anchor: Millis) => setView((view) => zoom(view, factor, anchor, serverNow())),
      onPan: (by: Millis) => setView((view) => pan(view, by, serverNow())),
      onSeek: (at: Millis) => setView((view) => reveal(view, at, serverNow())),
      // One place in the history for each time that a player is opened, however long it plays.
      onMoment: (camera: Camera, at: Millis) =>
        void navigate({ to: "/", search: (now: RecordingsSearch) => movedTo(now, camera, at), replace: true, resetScroll: false }),
      onOpen: (camera: Camera, at: Millis | "latest") => {
        setView((view) => reveal(view, at === "latest" ? serverNow() : at, serverNow()));
        void navigate({ to: "/", search: (before) => ({ ...parseListFilter(before), ...searchFor(camera.key, at) }), resetScroll: false });
        // The player is above the rows.
        scrollTo({ top: 0, behavior: "smooth" });
      },
      onClose: (camera: Camera) => {
        void navigate({ to: "/", search: (before) => parseListFilter(before), resetScroll: false });
        focusRow(camera);
      },
    };
  }, [navigate, setView]);
}

/** The camera that is played belongs to it, wherever its row is. */
function withSelected(visible: readonly Camera[], selected: Camera | undefined): readonly Camera[] {
  return selected === undefined || visible.some(({ id }) => id === selected.id) ? visible : [...visible, selected];
}

/** The address at another moment of the camera that it names; another camera's player may have been opened meanwhile. */
function movedTo(search: RecordingsSearch, camera: Camera, at: Millis): RecordingsSearch {
  return search.camera === camera.key || search.camera === camera.id ? { ...search, ...searchFor(search.camera, at) } : search;
}

/** Where the player was opened from. */
function focusRow(camera: Camera): void {
  document.querySelector<HTMLElement>(`[data-camera="${CSS.escape(camera.key)}"] button`)?.focus({ preventScroll: true });
}

/** What is wrong comes first: a tab shows only the beginning. */
function pageTitle(cameras: readonly Camera[], selected: Camera | undefined): string {
  const gaps = cameras.filter((camera) => camera.recording.kind === "gap").length;
  return [gaps > 0 && `${gaps} not recording`, selected?.name ?? "Footage", "Nightjar"].filter(Boolean).join(" · ");
}
