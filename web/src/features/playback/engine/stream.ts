/** One hls.js instance on one playlist: everything that knows hls.js is in this file. */
import type Hls from "hls.js";
import type { ErrorData, LevelDetails } from "hls.js";
import type { Piece } from "./pieces";

export interface StreamEvents {
  /** The playlist was loaded or has grown; the first time before anything else is loaded. */
  pieces(pieces: readonly Piece[], growing: boolean): void;
  /** The playlist or its media are gone: the session has expired. */
  expired(): void;
  unsupported(): void;
  failed(message: string, mayPass: boolean): void;
}

export interface Stream {
  /** Starts to load at a position; does nothing if it has already started. */
  begin(position: number): void;
  /** After a failure: goes on loading in a while. */
  resumeSoon(): void;
  destroy(): void;
}

/** Milliseconds. */
const RESUME_AFTER = 2_000;

const CONFIG: Partial<Hls["config"]> = {
  autoStartLoad: false,
  // Fragmented MP4 passes through untouched: there is no work for a worker.
  enableWorker: false,
  maxBufferLength: 30,
  maxMaxBufferLength: 60,
  backBufferLength: 120,
};

export async function openStream(video: HTMLVideoElement, url: string, events: StreamEvents): Promise<Stream> {
  const { default: HlsLight } = await import("hls.js/light");
  const hls = new HlsLight(CONFIG);
  let begun = false;
  let recoveries = 0;
  let resuming: ReturnType<typeof setTimeout> | undefined;

  hls.on(HlsLight.Events.LEVEL_LOADED, (_, data) => events.pieces(toPieces(data.details), data.details.live));
  // The real timestamps of the media move the pieces a little.
  hls.on(HlsLight.Events.LEVEL_PTS_UPDATED, (_, data) => events.pieces(toPieces(data.details), data.details.live));
  hls.on(HlsLight.Events.ERROR, (_, data) => {
    if (!data.fatal) return;
    if (isGone(data)) events.expired();
    else if (isUnsupported(HlsLight, data)) events.unsupported();
    else if (data.type === HlsLight.ErrorTypes.MEDIA_ERROR && recoveries++ < 2) hls.recoverMediaError();
    else events.failed(describe(HlsLight, data), data.type === HlsLight.ErrorTypes.NETWORK_ERROR);
  });
  hls.loadSource(url);
  hls.attachMedia(video);

  return {
    begin(position) {
      if (begun) return;
      begun = true;
      hls.startLoad(position);
    },
    resumeSoon() {
      clearTimeout(resuming);
      resuming = setTimeout(() => hls.startLoad(), RESUME_AFTER);
    },
    destroy() {
      clearTimeout(resuming);
      hls.destroy();
    },
  };
}

/** Seconds that are loaded from the current position on. */
export function secondsAhead({ buffered, currentTime }: HTMLVideoElement): number {
  for (let i = 0; i < buffered.length; i += 1) {
    if (buffered.start(i) <= currentTime && currentTime < buffered.end(i)) return buffered.end(i) - currentTime;
  }
  return 0;
}

/** Whether the browser can play it; yes if that is not known, then the player finds out. */
export function canDecode(codecs: string): boolean {
  if (codecs === "" || typeof MediaSource === "undefined") return true;
  return MediaSource.isTypeSupported(`video/mp4; codecs="${codecs}"`);
}

function toPieces(details: LevelDetails): Piece[] {
  return details.fragments.flatMap((fragment) =>
    fragment.programDateTime === null
      ? []
      : {
          position: fragment.start,
          duration: fragment.duration,
          wall: fragment.programDateTime,
          gap: fragment.gap === true,
        },
  );
}

function isGone(data: ErrorData): boolean {
  const status = data.response?.code;
  return status === 401 || status === 403 || status === 404 || status === 410;
}

function isUnsupported(HlsLight: typeof Hls, data: ErrorData): boolean {
  return (
    data.details === HlsLight.ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR ||
    data.details === HlsLight.ErrorDetails.BUFFER_ADD_CODEC_ERROR ||
    data.details === HlsLight.ErrorDetails.BUFFER_INCOMPATIBLE_CODECS_ERROR
  );
}

function describe(HlsLight: typeof Hls, data: ErrorData): string {
  if (data.type === HlsLight.ErrorTypes.NETWORK_ERROR) return "The footage could not be loaded from the server.";
  return "The browser could not play this footage.";
}
