// The proof of playback: a range over many files with one gap plays through hls.js in Chromium, each
// picture is the right one at every seek, and a finished file is an ordinary video.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, openPage } from "../lib/browser.mjs";
import { openHarness } from "../lib/harness.mjs";
import { startCameras, startNightjar } from "../lib/nightjar.mjs";
import { run, until } from "../lib/processes.mjs";
import { randomFrom } from "../lib/random.mjs";
import { decodeBlocks } from "../lib/strip.mjs";
import { picturesOf, Truth } from "../lib/truth.mjs";

/** Minutes of the range. The files are 20 s long, so that 10 minutes are 30 of them. */
const MINUTES = Number(process.env.NIGHTJAR_PLAYBACK_MINUTES ?? 10);
const SEGMENT_SECS = 20;
const POINTS = 20;
const SEED = Number(process.env.NIGHTJAR_SEED ?? Date.now() % 1e6);
/** A round of the picture numbers (168 frames) fits neither a file nor a minute: a slip by one shows. */
const SIZE = ["--size", "640x360", "--kbps", "400", "--fps", "15", "--gop", "28"];
/** Closer than this to a change of picture (ms) both are right: the playlist has whole milliseconds. */
const MARGIN = 2.5;

/** Starts to record at once, so that the time passes while other tests run. */
export async function startRecording() {
  const [silent, sound] = await Promise.all([startCameras(1, [...SIZE, "--audio", "none"]), startCameras(1, [...SIZE, "--audio", "aac"])]);
  const cameras = [
    { id: "proof", url: silent.url(1) },
    { id: "sound", url: sound.url(1) },
  ];
  const server = await startNightjar(cameras, { segmentSecs: SEGMENT_SECS });
  await Promise.all(cameras.map(({ id }) => server.recorded(id, 1)));
  const gap = setTimeout(() => [silent, sound].forEach((simulator) => simulator.tell("cam0001 drop 12s")), MINUTES * 60_000 * 0.4);
  return {
    server,
    async stop() {
      clearTimeout(gap);
      await server.remove();
      await Promise.all([silent.stop(), sound.stop()]);
    },
  };
}

export function playback(recordingOf) {
  describe("playback of a range", () => {
    let browser;
    let recording;
    let range;
    let truth;

    before(async () => {
      recording = await recordingOf();
      const { server } = recording;
      const first = (await server.segments("proof"))[0];
      const from = Date.parse(first.start) + 1_000;
      range = { from, to: from + MINUTES * 60_000 };
      await until("the range to be recorded", async () => {
        const segments = await server.segments("proof");
        return segments.some((segment) => Date.parse(segment.start) > range.to && segments.length > 1);
      }, MINUTES * 60_000 + 90_000, 1_000);
      truth = await truthOf("proof");
      browser = await launch();
    }, { timeout: MINUTES * 60_000 + 180_000 });

    after(async () => {
      await browser?.close();
      await recording?.stop();
    });

    async function truthOf(camera) {
      const stored = await recording.server.get(`/storage/segments?camera_id=${camera}&sort=start&limit=500&state=finished`);
      return new Truth(stored.items, recording.server.footage);
    }

    test("hls.js shows the right picture at random points", { timeout: 240_000 }, (t) => seekAtRandom(t, "proof", truth));

    test("hls.js shows the right picture at random points of a camera with sound", { timeout: 240_000 }, async (t) => {
      await seekAtRandom(t, "sound", await truthOf("sound"));
    });

    async function seekAtRandom(t, camera, known) {
      const { page, errors, close } = await openPage(browser);
      t.after(close);
      const session = await startSession(recording.server, range, camera);
      await openHarness(page, recording.server.url);
      const pieces = await page.evaluate((url) => window.player.load(url), session.playlist_url);
      assert.equal(pieces.filter((piece) => piece.gap).length, 1, "one gap");
      const files = known.segments.filter((segment) => segment.to > range.from && segment.from < range.to);
      assert.ok(files.length >= (MINUTES * 60) / SEGMENT_SECS, `${files.length} files`);

      const random = randomFrom(SEED);
      t.diagnostic(`seed ${SEED}, ${files.length} files, ${pieces.length} entries`);
      let near = 0;
      for (let point = 0; point < POINTS; ) {
        const wall = Math.round(range.from + random() * (range.to - range.from - 1_000));
        const expected = await known.at(wall);
        if (!expected || expected.margin < MARGIN) continue;
        point += 1;
        near = Math.max(near, 1 / expected.margin);
        const shown = await page.evaluate((at) => window.player.seekWall(at), wall);
        const number = decodeBlocks(shown.levels);
        assert.equal(number, expected.number, `${new Date(wall).toISOString()}, ${expected.margin.toFixed(1)} ms from the next picture`);
        assert.ok(Math.abs(shown.wall - wall) < 5, `the player says ${shown.wall}, not ${wall}`);
        assert.ok(Math.abs(shown.playingDate - wall) < 70, `playingDate says ${shown.playingDate}, not ${wall}`);
      }
      t.diagnostic(`${POINTS} of ${POINTS} pictures right, the closest ${(1 / near).toFixed(1)} ms from another`);
      assert.deepEqual(await fatal(page), []);
      assert.deepEqual(errors, []);
    }

    test("hls.js plays it from the beginning to the end, over the gap", { timeout: MINUTES * 60_000 + 120_000 }, async (t) => {
      const { page, close } = await openPage(browser);
      t.after(close);
      const session = await startSession(recording.server, range);
      await openHarness(page, recording.server.url);
      await page.evaluate((url) => window.player.load(url), session.playlist_url);
      const played = await page.evaluate(([rate, patience]) => window.player.playThrough(rate, patience), [8, MINUTES * 60_000]);
      assert.ok(played.ended, `stopped at ${played.position} of ${played.duration}: ${JSON.stringify(await fatal(page))}`);
      const wrong = [];
      let checked = 0;
      for (const { wall, levels } of played.seen) {
        // The picture's own time is its beginning: look a little inside it.
        const expected = await truth.at(wall + 20);
        if (!expected) continue;
        checked += 1;
        const number = decodeBlocks(levels);
        if (number !== expected.number) wrong.push({ wall, number, expected: expected.number });
      }
      const jumps = played.seen.slice(1).map((picture, index) => picture.wall - played.seen[index].wall);
      t.diagnostic(`${checked} pictures looked at, ${wrong.length} wrong; the longest step ${Math.max(...jumps).toFixed(0)} ms`);
      assert.ok(checked > MINUTES * 60, `only ${checked} pictures`);
      assert.deepEqual(wrong, []);
      assert.equal(jumps.filter((jump) => jump > 5_000).length, 1, "only the gap is stepped over");
      assert.deepEqual(await fatal(page), []);
    });

    test("a finished file plays and seeks as a plain <video>", { timeout: 120_000 }, async (t) => {
      const { page, close } = await openPage(browser);
      t.after(close);
      const segment = truth.segments[Math.min(3, truth.segments.length - 1)];
      const pictures = await truth.pictures(segment);
      const { url } = await recording.server.get(`/recordings/${segment.id}/signed-url`);
      await openHarness(page, recording.server.url);
      const duration = await page.evaluate((address) => window.player.plain(address), url);
      assert.ok(Math.abs(duration - (segment.to - segment.from) / 1000) < 0.2, `${duration} s`);
      const random = randomFrom(SEED + 1);
      for (let point = 0; point < POINTS; point += 1) {
        const index = Math.floor(random() * (pictures.length - 1));
        const middle = (pictures[index].time + pictures[index + 1].time) / 2;
        const shown = await page.evaluate((at) => window.player.seekTo(at), middle);
        assert.equal(decodeBlocks(shown.levels), pictures[index].number, `at ${middle} s`);
      }
    });

    test("a range downloads as one file with the same pictures", { timeout: 120_000 }, async (t) => {
      const folder = await mkdtemp(join(tmpdir(), "nightjar-range-"));
      t.after(() => rm(folder, { recursive: true, force: true }));
      const gap = (await recording.server.timeline("proof")).gaps.find((one) => Date.parse(one.start) > range.from);
      const asked = { from: Date.parse(gap.start) - 10_000, to: Date.parse(gap.end) + 10_000 };
      const session = await startSession(recording.server, asked);
      const response = await fetch(recording.server.url + session.download_url);
      assert.match(response.headers.get("content-disposition"), /attachment; filename=".*\.mp4"/);
      const file = join(folder, "range.mp4");
      await writeFile(file, Buffer.from(await response.arrayBuffer()));
      const pictures = await picturesOf(file);
      const known = [];
      for (const segment of truth.segments) known.push(...(await truth.pictures(segment)).map((picture) => picture.number));
      const numbers = pictures.map((picture) => picture.number);
      const at = known.findIndex((_, index) => numbers.every((number, offset) => known[index + offset] === number));
      assert.ok(at >= 0, "the pictures are a run of those that were recorded");
      const seconds = Number(await run("ffprobe", ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", file]));
      t.diagnostic(`${numbers.length} pictures, ${seconds.toFixed(1)} s`);
      assert.ok(seconds >= 19 && seconds < 40, `${seconds} s`);
    });
  });
}

function startSession(server, { from, to }, camera = "proof") {
  return server.post("/playback/start", { camera_id: camera, from: new Date(from).toISOString(), to: new Date(to).toISOString() });
}

function fatal(page) {
  return page.evaluate(() => window.player.errors.filter((error) => error.fatal));
}
