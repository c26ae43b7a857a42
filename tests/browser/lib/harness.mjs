// A bare page with hls.js and nothing of ours, under the server's own address: what any player would do.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { readPicture } from "./strip.mjs";

const require = createRequire(import.meta.url);
const HLS = require.resolve("hls.js/dist/hls.min.js");

const HTML = `<!doctype html><title>harness</title><video muted playsinline></video>
<script src="/harness/hls.js"></script><script src="/harness/player.js"></script>`;

/** Opens the harness; afterwards `window.player` has what is in `inPage`. */
export async function openHarness(page, base) {
  const files = {
    "/harness/": ["text/html", HTML],
    "/harness/hls.js": ["text/javascript", await readFile(HLS, "utf8")],
    "/harness/player.js": ["text/javascript", `window.readPicture = ${readPicture}; (${inPage})();`],
  };
  await page.route("**/harness/**", (route) => {
    const [contentType, body] = files[new URL(route.request().url()).pathname] ?? ["text/plain", ""];
    return route.fulfill({ contentType, body });
  });
  await page.goto(`${base}/harness/`);
}

/** Runs in the page. */
function inPage() {
  const video = document.querySelector("video");
  const errors = [];
  let hls;

  const pieces = () => hls.levels[hls.currentLevel < 0 ? 0 : hls.currentLevel].details.fragments;
  const positionOf = (wall) => {
    const piece = pieces().find((one) => !one.gap && one.programDateTime + one.duration * 1000 > wall);
    return piece.start + Math.max(0, wall - piece.programDateTime) / 1000;
  };
  const wallAt = (position) => {
    const piece = pieces().findLast((one) => !one.gap && one.start <= position + 1e-4) ?? pieces()[0];
    return piece.programDateTime + (position - piece.start) * 1000;
  };

  /** After a seek: the picture that was put on the screen for it. */
  const seekTo = (position) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no picture at ${position}: ${JSON.stringify(errors)}`)), 15_000);
      let presented = false;
      video.addEventListener("seeked", () => finish(), { once: true });
      video.requestVideoFrameCallback(() => {
        presented = true;
        finish();
      });
      const finish = () => {
        // Both must have come: the picture alone may be one from before the seek was over.
        if (video.seeking || !presented) return;
        clearTimeout(timer);
        resolve(readPicture(video));
      };
      video.currentTime = position;
    });

  window.player = {
    errors,
    /** Loads a playlist and waits for its first picture. */
    async load(url) {
      hls = new Hls({ enableWorker: false, maxBufferLength: 20 });
      hls.on(Hls.Events.ERROR, (_, data) => errors.push({ fatal: data.fatal, details: data.details }));
      hls.loadSource(url);
      hls.attachMedia(video);
      await new Promise((resolve) => video.addEventListener("loadeddata", resolve, { once: true }));
      return pieces().map((one) => ({ start: one.start, duration: one.duration, wall: one.programDateTime, gap: one.gap === true }));
    },
    async seekWall(wall) {
      const shown = await seekTo(positionOf(wall) + 0.0005);
      // hls.js looks only now and then which entry is playing.
      const end = performance.now() + 3_000;
      while (Math.abs(hls.playingDate - wall) > 100 && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
      return { ...shown, wall: wallAt(video.currentTime), playingDate: hls.playingDate?.getTime() };
    },
    seekTo,
    async plain(url) {
      video.src = url;
      await new Promise((resolve, reject) => {
        video.addEventListener("loadeddata", resolve, { once: true });
        video.addEventListener("error", () => reject(new Error(video.error?.message)), { once: true });
      });
      return video.duration;
    },
    /** Plays from the beginning to the end; gives each picture that was put on the screen. */
    async playThrough(rate, patience) {
      const seen = [];
      const note = () => {
        const picture = readPicture(video);
        seen.push({ wall: wallAt(picture.mediaTime), ...picture });
        if (!video.ended) video.requestVideoFrameCallback(note);
      };
      await seekTo(0.001);
      video.requestVideoFrameCallback(note);
      video.playbackRate = rate;
      await video.play();
      const ended = await new Promise((resolve) => {
        video.addEventListener("ended", () => resolve(true), { once: true });
        setTimeout(() => resolve(false), patience);
      });
      return { ended, position: video.currentTime, duration: video.duration, seen };
    },
  };
}
