import { useState } from "react";
import { save, segmentDownload } from "../api/downloads";
import { rangeDownload } from "../api/sessions";
import type { Interval, Millis } from "@/lib/footage/types";
import { can } from "@/lib/session/permissions";
import { useMe } from "@/lib/session/use-session";
import { type Marks, suggestedRange } from "../engine/range";
import { DownloadMenu } from "./download-menu";
import { RangeDialog } from "./range-dialog";

interface DownloadsProps {
  readonly cameraId: string;
  readonly at: Millis | undefined;
  readonly marks: Marks;
  readonly now: Millis;
  onSegment(): void;
  onRange(range: Interval): void;
}

/** Whether footage may be taken away. */
export function useMayDownload(): boolean {
  return can(useMe(), "recording:export");
}

/** The button, its menu, and the dialog for a range; nothing for those who may only watch. */
export function Downloads({ cameraId, at, marks, now, onSegment, onRange }: DownloadsProps) {
  const [asked, setAsked] = useState<Interval>();
  if (!useMayDownload()) return null;
  return (
    <>
      <DownloadMenu disabled={at === undefined} onSegment={onSegment} onRange={() => at !== undefined && setAsked(suggestedRange(marks, at, now))} />
      {asked && (
        <RangeDialog
          initial={asked}
          cameraId={cameraId}
          now={now}
          onClose={() => setAsked(undefined)}
          onDownload={(range) => {
            onRange(range);
            setAsked(undefined);
          }}
        />
      )}
    </>
  );
}

interface DownloadActions {
  readonly segment: () => void;
  readonly range: (range: Interval) => void;
  /** Why the last one did not begin. */
  readonly problem: string | undefined;
}

/** Asks the server for an address, and has the browser save what is there. */
export function useDownloads(cameraId: string, at: Millis | undefined): DownloadActions {
  const [problem, setProblem] = useState<string>();
  const begin = (address: Promise<string | undefined>) => {
    setProblem(undefined);
    address.then(
      (url) => (url === undefined ? setProblem("No stored file holds this moment.") : save(url)),
      (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
    );
  };
  return {
    segment: () => begin(at === undefined ? Promise.resolve(undefined) : segmentDownload(cameraId, at)),
    range: (range) => begin(rangeDownload(cameraId, range)),
    problem,
  };
}
