// The page against a real server: what an operator sees and does.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, openPage, shownNumber, signInTo } from "../lib/browser.mjs";
import { startCameras, startNightjar } from "../lib/nightjar.mjs";
import { freePort, run, until } from "../lib/processes.mjs";
import { Truth } from "../lib/truth.mjs";

const SIZE = ["--size", "640x360", "--kbps", "400", "--fps", "15", "--gop", "28"];

describe("the page", () => {
  let browser;
  let cameras;
  let silent;
  let h265;
  let server;

  before(async () => {
    [browser, cameras, silent, h265] = await Promise.all([
      launch(),
      startCameras(1, [...SIZE, "--audio", "aac"]),
      startCameras(1, [...SIZE, "--audio", "none"]),
      startCameras(1, [...SIZE, "--codec", "h265", "--audio", "none"]),
    ]);
    server = await startNightjar([
      { id: "front-door", name: "Front door", url: cameras.url(1) },
      { id: "yard", name: "Yard", url: silent.url(1) },
      { id: "dock", name: "Dock", url: h265.url(1) },
      { id: "attic", name: "Attic", url: `rtsp://127.0.0.1:${await freePort()}/none` },
      { id: "cellar", name: "Cellar", url: cameras.url(1), mode: "off" },
    ]);
    await Promise.all(["front-door", "yard", "dock"].map((key) => server.recorded(key, 15)));
    // A gap for the tests below: the camera goes away for six seconds.
    cameras.tell("cam0001 drop 6s");
    await until("the gap to be over", async () => {
      const { gaps, spans } = await server.timeline("front-door");
      return gaps.some((gap) => !gap.ongoing && gap.cause === "camera_unreachable") && seconds(spans.at(-1)) > 12;
    }, 90_000, 500);
  }, { timeout: 300_000 });

  after(async () => {
    await browser?.close();
    await server?.remove();
    await Promise.all([cameras, silent, h265].map((simulator) => simulator?.stop()));
  });

  /** Opens the page, signed in; fails at the end if anything was thrown in it. */
  async function open(t, path = "/", options = {}) {
    const { page, errors, close } = await openPage(browser, options);
    t.after(async () => {
      await close();
      assert.deepEqual(errors, []);
    });
    await signInTo(page, server.url + path);
    return page;
  }

  const row = (page, key) => page.locator(`[data-testid=camera][data-camera=${key}]`);
  const track = (page, key) => row(page, key).getByTestId("track");
  const clock = async (page) => Number(await page.getByTestId("clock").getAttribute("data-at"));
  const playing = (page) => page.locator("[data-player=playing], [data-player=waiting]").waitFor();
  const truth = async (key) => new Truth((await server.get(`/storage/segments?camera_id=${key}&sort=start&limit=500&state=finished`)).items, server.footage);

  /** Zooms the timeline in to the last minutes, where these tests have recorded. */
  async function zoomIn(page, times = 6) {
    for (let i = 0; i < times; i += 1) await page.getByRole("button", { name: "Zoom in" }).click();
  }

  test("shows each camera with its state", async (t) => {
    const page = await open(t);
    await row(page, "front-door").getByText(/^Recording for/).waitFor();
    await row(page, "front-door").getByText("640×360 · H.264, AAC").waitFor();
    await row(page, "dock").getByText(/H\.265/).waitFor();
    await row(page, "attic").getByText(/^Camera unreachable for/).waitFor();
    await row(page, "cellar").getByText("Off", { exact: true }).waitFor();
    await page.getByTestId("overview").getByText("3 of 5 recording").waitFor();
    await page.getByTestId("overview").getByText("1 not recording").waitFor();
  });

  test("shows footage, the gap and its cause on the timeline, and what share was recorded", async (t) => {
    const page = await open(t);
    await row(page, "front-door").locator("rect[data-kind=recorded]").first().waitFor({ state: "attached" });
    await zoomIn(page);
    const gap = row(page, "front-door").locator("rect[data-kind=gap][data-cause=camera_unreachable]").last();
    await gap.hover({ force: true });
    const tooltip = page.getByTestId("timeline-tooltip");
    await tooltip.getByText("Camera unreachable").waitFor();
    await tooltip.getByText(/for \d+(\.\d)? s/).waitFor();
    await page.getByRole("list", { name: "Colours of the timeline" }).getByText("Camera unreachable").waitFor();
    const share = Number.parseFloat(await row(page, "front-door").getByTestId("slo").innerText());
    assert.ok(share > 50 && share < 100, `${share} %`);
    assert.match(await track(page, "front-door").getAttribute("aria-valuetext"), /Europe|CET|GMT/);
  });

  test("plays the moment that is clicked, with the right picture", async (t) => {
    const page = await open(t);
    await zoomIn(page);
    const known = await truth("yard");
    const segment = known.segments[0];
    const { from, to, box } = await geometry(track(page, "yard"));
    const wall = segment.from + 4_000;
    await page.mouse.click(box.x + ((wall - from) / (to - from)) * box.width, box.y + box.height / 2);
    await playing(page);
    await page.keyboard.press("Space");
    await page.locator("[data-player=paused]").waitFor();
    const at = await settled(page);
    assert.ok(Math.abs(at - wall) < 8_000, `${at - wall} ms from where the click was`);
    const expected = await known.at(at);
    if (expected.margin > 3) assert.equal(await shownNumber(page), expected.number);
    assert.equal(new URL(page.url()).searchParams.get("camera"), "yard");
  });

  test("jumps, and each picture is the right one", async (t) => {
    const known = await truth("yard");
    const start = known.segments[0].from + 2_000;
    const page = await open(t, address("yard", start));
    await playing(page);
    await page.keyboard.press("Space");
    const at = await settled(page);
    await page.keyboard.press("l");
    const later = await settled(page, at);
    assert.ok(Math.abs(later - at - 10_000) < 80, `${later - at} ms`);
    await page.getByRole("button", { name: "Back 10 s" }).click();
    const back = await settled(page, later);
    assert.ok(Math.abs(back - at) < 80, `${back - at} ms`);
    for (const moment of [at, later, back]) assert.ok(await known.at(moment));
    const expected = await known.at(back);
    if (expected.margin > 3) assert.equal(await shownNumber(page), expected.number);
  });

  test("steps over the gap and says so", async (t) => {
    const gap = await closedGap();
    const page = await open(t, address("front-door", Date.parse(gap.start) - 3_000));
    const notice = page.getByTestId("skipped");
    await notice.getByText(/No footage from .* camera unreachable/).waitFor({ timeout: 30_000 });
    await until("the picture behind the gap", async () => (await clock(page)) >= Date.parse(gap.end) - 50);
    await page.getByRole("button", { name: "Previous gap" }).click();
    await until("the seconds before the gap", async () => (await clock(page)) < Date.parse(gap.start));
    await page.getByRole("list", { name: "Gaps, newest first" }).getByText("Camera unreachable").first().waitFor();
  });

  test("goes to the next footage when a gap is clicked", async (t) => {
    const gap = await closedGap();
    const middle = (Date.parse(gap.start) + Date.parse(gap.end)) / 2;
    const page = await open(t, address("front-door", middle));
    await playing(page);
    await page.getByTestId("skipped").waitFor();
    const at = await clock(page);
    assert.ok(at >= Date.parse(gap.end) - 50 && at < Date.parse(gap.end) + 10_000, `${at - Date.parse(gap.end)} ms behind the gap`);
  });

  test("follows the present a few seconds behind", async (t) => {
    const page = await open(t, "/?camera=yard");
    await playing(page);
    const behind = async () => Date.now() - (await clock(page));
    await until("the picture to be at most 15 s old", async () => (await behind()) < 15_000);
    const before = await clock(page);
    await until("12 s more to be played", async () => (await clock(page)) - before > 12_000, 40_000);
    t.diagnostic(`${((await behind()) / 1000).toFixed(1)} s behind the present`);
    assert.ok((await behind()) < 20_000, `${await behind()} ms behind`);
  });

  test("copies a link that leads to the same moment", async (t) => {
    const start = (await truth("yard")).segments[0].from + 5_000;
    const page = await open(t, address("yard", start), { permissions: ["clipboard-read", "clipboard-write"] });
    await playing(page);
    await page.keyboard.press("Space");
    const at = await settled(page);
    await page.getByRole("button", { name: "Copy link" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    await page.goto(link);
    await playing(page);
    await until("the same moment", async () => Math.abs((await clock(page)) - at) < 4_000);
  });

  test("downloads the stored file and a range", async (t) => {
    const known = await truth("yard");
    const whole = known.segments.find((segment) => segment.to - segment.from > 9_000);
    const page = await open(t, address("yard", whole.from + 4_000));
    await playing(page);
    await page.keyboard.press("Space");
    const folder = await mkdtemp(join(tmpdir(), "nightjar-download-"));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const stored = await download(page, folder, async () => {
      await page.getByRole("button", { name: "Download" }).click();
      await page.getByRole("menuitem", { name: /This segment/ }).click();
    });
    assert.match(stored.name, /yard.*\.mp4$/);
    assert.ok((await durationOf(stored.file)) > 8);
    const range = await download(page, folder, async () => {
      await page.getByRole("button", { name: "Download" }).click();
      await page.getByRole("menuitem", { name: /A range/ }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Download" }).click();
    });
    assert.ok((await durationOf(range.file)) > 5);
  });

  test("says what to do when the browser has no decoder", async (t) => {
    const page = await open(t, "/?camera=dock");
    const can = await page.evaluate(() => MediaSource.isTypeSupported('video/mp4; codecs="hvc1.1.6.L93.B0"'));
    if (can) return t.skip("this browser decodes H.265");
    await page.getByText("This browser can't decode the camera's codec").waitFor();
    await page.getByText(/H\.265 \(HEVC\)/).waitFor();
    await page.getByRole("button", { name: "Download this segment" }).waitFor();
  });

  test("can be used with the keyboard alone", async (t) => {
    const page = await open(t);
    await zoomIn(page);
    await track(page, "yard").focus();
    for (let i = 0; i < 3; i += 1) await page.keyboard.press("ArrowLeft");
    assert.match(await track(page, "yard").getAttribute("aria-valuetext"), /: (not )?recorded/);
    await page.keyboard.press("Enter");
    await page.getByTestId("player").waitFor();
    await playing(page);
    const unnamed = await page.locator("button, a, [role=slider]").evaluateAll((all) =>
      all.filter((one) => !(one.getAttribute("aria-label") || one.getAttribute("aria-labelledby") || one.textContent?.trim())).map((one) => one.outerHTML.slice(0, 80)),
    );
    assert.deepEqual(unnamed, []);
  });

  test("fits a phone", async (t) => {
    const page = await open(t, "/?camera=yard", { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    await playing(page);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 360, `${width} px wide`);
  });

  test("says that a camera in the address does not exist", async (t) => {
    const page = await open(t, "/?camera=nobody");
    await page.getByText("There is no camera “nobody”").waitFor();
  });

  test("says when the server is gone, and goes on when it is back", { timeout: 120_000 }, async (t) => {
    const page = await open(t);
    await row(page, "yard").getByText(/^Recording/).waitFor();
    await server.stop();
    await page.getByTestId("connection-lost").waitFor({ timeout: 30_000 });
    await row(page, "yard").waitFor();
    await server.start();
    await page.getByTestId("connection-lost").waitFor({ state: "detached", timeout: 30_000 });
    await row(page, "yard").getByText(/^Recording/).waitFor({ timeout: 30_000 });
    await zoomIn(page);
    await row(page, "yard").locator("rect[data-cause=server_stopped]").first().waitFor({ state: "attached", timeout: 30_000 });
  });

  test("says when nothing can be loaded, and tries again", async (t) => {
    const { page, close } = await openPage(browser);
    t.after(close);
    let broken = true;
    await page.route("**/api/v1/cameras*", (route) => (broken ? route.fulfill({ status: 500, json: failure() }) : route.continue()));
    await signInTo(page, server.url);
    await page.getByTestId("load-failed").getByText("req-1").waitFor({ timeout: 30_000 });
    broken = false;
    await row(page, "yard").waitFor();
  });

  test("says how old the state is while it can't be read", { timeout: 120_000 }, async (t) => {
    const { page, close } = await openPage(browser);
    t.after(close);
    // Over the WebSocket it would stay current.
    await page.route("**/api/v1/ws/tickets", (route) => route.fulfill({ status: 503, json: failure() }));
    await signInTo(page, server.url);
    await row(page, "yard").getByText(/^Recording/).waitFor();
    await page.route("**/api/v1/cameras*", (route) => route.fulfill({ status: 503, json: failure() }));
    await page.getByTestId("stale").getByText(/what is shown is that of \d\d:\d\d:\d\d/).waitFor({ timeout: 30_000 });
    const shown = row(page, "yard").getByText(/^Recording for/);
    const before = await shown.innerText();
    await page.waitForTimeout(2_500);
    assert.equal(await shown.innerText(), before);
    await page.unroute("**/api/v1/cameras*");
    await page.getByTestId("stale").waitFor({ state: "detached", timeout: 30_000 });
  });

  test("says how to add the first camera", async (t) => {
    const empty = await startNightjar([]);
    t.after(() => empty.remove());
    const { page, close } = await openPage(browser);
    t.after(close);
    await signInTo(page, empty.url);
    await page.getByTestId("no-cameras").getByRole("link", { name: "Add the first camera" }).waitFor();
    await page.getByText("Other ways").click();
    await page.getByTestId("no-cameras").getByText("nightjar.toml").waitFor();
  });

  async function closedGap() {
    const { gaps } = await server.timeline("front-door");
    return gaps.find((gap) => !gap.ongoing && gap.cause === "camera_unreachable" && Date.parse(gap.end) - Date.parse(gap.start) > 3_000);
  }

  /** The time on the clock once it stands still; with `before`, once it is another one. */
  function settled(page, before) {
    let last;
    return until("the clock to stand still", async () => {
      const at = await clock(page);
      const same = at === last && at !== before && (await page.locator("[data-player=paused]").count()) === 1;
      last = at;
      return same && at;
    }, 45_000, 250);
  }
});

function address(camera, at) {
  return `/?camera=${camera}&t=${encodeURIComponent(new Date(at).toISOString())}`;
}

function seconds(interval) {
  return (Date.parse(interval.end) - Date.parse(interval.start)) / 1000;
}

async function geometry(locator) {
  const [from, to, box] = await Promise.all([locator.getAttribute("data-from"), locator.getAttribute("data-to"), locator.boundingBox()]);
  return { from: Number(from), to: Number(to), box };
}

async function download(page, folder, act) {
  const [started] = await Promise.all([page.waitForEvent("download"), act()]);
  const name = started.suggestedFilename();
  const file = join(folder, name);
  await started.saveAs(file);
  return { name, file };
}

async function durationOf(file) {
  return Number(await run("ffprobe", ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", file]));
}

function failure() {
  return { success: false, data: null, error: { code: "INTERNAL", message: "Something is wrong here.", details: {} }, timestamp: new Date().toISOString(), request_id: "req-1" };
}
