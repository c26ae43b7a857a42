// The player: full screen, keys, the address, dragging, and how smoothly it plays.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, openPage, shownNumber, signInTo } from "../lib/browser.mjs";
import { startCameras, startNightjar } from "../lib/nightjar.mjs";
import { until } from "../lib/processes.mjs";
import { Truth } from "../lib/truth.mjs";

const SIZE = ["--size", "640x360", "--kbps", "400", "--fps", "15", "--gop", "30", "--audio", "none"];
const SCREEN = { width: 1440, height: 900 };
/** Of the first 20 s after a click on a camera's name, at most so much may stand still (the machine is shared by other tests). */
const MOST_FROZEN = 0.03;

describe("the player", { timeout: 600_000 }, () => {
  let browser, cameras, server;

  before(async () => {
    [browser, cameras] = await Promise.all([launch(), startCameras(1, SIZE)]);
    server = await startNightjar([{ id: "yard", name: "Yard", url: cameras.url(1) }]);
    await server.recorded("yard", 45);
  }, { timeout: 300_000 });

  after(async () => {
    await browser?.close();
    await Promise.all([server?.remove(), cameras?.stop()]);
  });

  async function open(t, path = "/", options = {}) {
    const { page, errors, close } = await openPage(browser, { viewport: SCREEN, ...options });
    t.after(async () => {
      await close();
      assert.deepEqual(errors, []);
    });
    await signInTo(page, server.url + path);
    return page;
  }
  const known = async () => new Truth((await server.get("/storage/segments?camera_id=yard&sort=start&limit=500&state=finished")).items, server.footage);
  const early = async (seconds = 2) => (await known()).segments[0].from + seconds * 1_000;
  const openAt = async (t, seconds, options) => open(t, address(await early(seconds)), options);
  const is = (page, phase) => page.locator(`[data-player=${phase}]`).waitFor();
  const playing = (page) => page.locator("[data-player=playing], [data-player=waiting]").waitFor();
  const clock = async (page) => Number(await page.getByTestId("clock").getAttribute("data-at"));
  const moment = (page) => Date.parse(new URL(page.url()).searchParams.get("t"));
  const stage = (page) => page.getByTestId("stage");
  const name = (page) => page.getByRole("button", { name: /Yard/ }).first();
  const bar = (page) => stage(page).getByRole("toolbar", { name: "Playback" });
  const opacity = (page) => bar(page).evaluate((one) => {
    let all = 1;
    for (let element = one; element; element = element.parentElement) all *= Number(getComputedStyle(element).opacity);
    return all;
  });

  async function fullScreen(page) {
    await playing(page);
    await page.keyboard.press("f");
    await until("full screen", () => page.evaluate(() => document.fullscreenElement !== null), 10_000);
  }

  for (const [what, viewport] of [["landscape", SCREEN], ["portrait", { width: 390, height: 844 }]]) {
    test(`full screen fills a ${what} screen, and its controls go away and come back`, async (t) => {
      const page = await openAt(t, 2, { viewport });
      await fullScreen(page);
      const box = await page.locator("video").boundingBox();
      assert.deepEqual({ width: box.width, height: box.height }, await page.evaluate(() => ({ width: innerWidth, height: innerHeight })));
      const style = await page.locator("video").evaluate((video) => [getComputedStyle(video).objectFit, getComputedStyle(video.parentElement).backgroundColor]);
      assert.deepEqual(style, ["contain", "rgb(0, 0, 0)"]);
      await until("controls over the picture", async () => (await opacity(page)) === 1);
      const track = await stage(page).getByTestId("track").boundingBox();
      assert.ok(track.y > box.height / 2 && track.y + track.height <= box.height, "the scrubber is on the screen");
      await page.screenshot({ path: await picture(`fullscreen-${what}`) });
      await until("the controls to go away", async () => (await opacity(page)) === 0, 8_000);
      await page.mouse.move(200, 200);
      await page.mouse.move(220, 220);
      await until("the controls to come back", async () => (await opacity(page)) === 1, 2_000);
      await stage(page).getByRole("button", { name: /1×/ }).click();
      await page.getByRole("menuitemradio", { name: "2×" }).click();
      await stage(page).getByRole("button", { name: /2×/ }).waitFor();
    });
  }

  test("a tap on a phone in full screen shows and hides the controls, and does not pause", async (t) => {
    const page = await openAt(t, 2, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await fullScreen(page);
    await until("the controls to go away", async () => (await opacity(page)) === 0, 10_000);
    await page.touchscreen.tap(195, 300);
    await until("the controls to come back", async () => (await opacity(page)) === 1, 2_000);
    // Sooner, it would be a double tap.
    await page.waitForTimeout(700);
    await page.touchscreen.tap(195, 300);
    await until("the controls to go away at once", async () => (await opacity(page)) === 0, 1_500);
    assert.equal(await page.locator("[data-player=paused]").count(), 0);
  });

  test("Space pauses after a click on a name or a button, and presses a button that Tab has reached", async (t) => {
    const page = await openAt(t, 2);
    await playing(page);
    await page.getByRole("button", { name: "Back 10 s" }).click();
    await playing(page);
    const before = await clock(page);
    await page.keyboard.press("Space");
    await is(page, "paused");
    assert.ok((await clock(page)) >= before - 100, "it has not jumped back");
    await name(page).click();
    await playing(page);
    await page.keyboard.press("Space");
    await is(page, "paused");
    // With the keyboard alone, Space is the button's.
    await page.keyboard.press("Space");
    await playing(page);
    await page.getByRole("button", { name: "Sound on" }).focus();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: "Sound off" }).waitFor();
    assert.equal(await page.locator("[data-player=paused]").count(), 0);
  });

  test("a double click fills the screen and neither pauses nor starts", async (t) => {
    const page = await openAt(t, 2);
    await playing(page);
    await page.evaluate(() => {
      window.changes = [];
      const video = document.querySelector("video");
      for (const event of ["pause", "play"]) video.addEventListener(event, () => window.changes.push(event));
    });
    await page.locator("video").dblclick();
    await until("full screen", () => page.evaluate(() => document.fullscreenElement !== null), 10_000);
    await page.waitForTimeout(600);
    assert.deepEqual(await page.evaluate(() => window.changes), []);
    await page.locator("video").dblclick();
    await until("the page", () => page.evaluate(() => document.fullscreenElement === null), 10_000);
    await page.locator("video").click();
    await is(page, "paused");
    await page.locator("video").click();
    await playing(page);
  });

  test("Escape leaves full screen first, then a dialog, then the player, and gives the focus back", async (t) => {
    const page = await openAt(t, 2);
    await fullScreen(page);
    await page.keyboard.press("Escape");
    await until("the page", () => page.evaluate(() => document.fullscreenElement === null), 10_000);
    await page.getByTestId("player").waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).getByText("Previous or next frame").waitFor();
    await page.screenshot({ path: await picture("keys") });
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByTestId("player").waitFor();
    await page.keyboard.press("Escape");
    await page.getByTestId("player").waitFor({ state: "detached" });
    assert.equal(new URL(page.url()).search, "");
    await until("the focus on the camera", () => page.evaluate(() => document.activeElement?.closest("[data-camera=yard]") !== null), 5_000);
  });

  test("the address follows the player, also after seeks, and Back leads to where one was", async (t) => {
    const page = await openAt(t, 2);
    await playing(page);
    const begin = moment(page);
    await until("the address to follow", async () => moment(page) > begin + 2_000 && Math.abs(moment(page) - (await clock(page))) < 4_000, 20_000);
    await page.keyboard.press("Space");
    await is(page, "paused");
    await page.keyboard.press("l");
    const at = await settled(page);
    await until("the address to name the paused moment", () => Math.abs(moment(page) - at) < 50, 5_000);
    const there = moment(page);
    await page.reload();
    await until("the same moment", async () => Math.abs((await clock(page)) - there) < 3_000, 20_000);
    await playing(page);
    const places = await page.evaluate(() => history.length);
    await until("more of the address", async () => moment(page) > there + 2_500, 20_000);
    assert.equal(await page.evaluate(() => history.length), places);
    await page.getByRole("link", { name: "Events" }).first().click();
    await page.waitForURL(/\/events/);
    await page.goBack();
    await page.getByTestId("player").waitFor();
    await until("the moment before", async () => Math.abs((await clock(page)) - there) < 15_000, 20_000);
  });

  test("a frame is stepped to with , and .", async (t) => {
    const page = await openAt(t, 4);
    await playing(page);
    await page.waitForTimeout(1_500);
    await page.keyboard.press("Space");
    await settled(page);
    const first = await shownNumber(page);
    for (const [key, expected] of [[".", first + 1], [".", first + 2], [",", first + 1], [",", first]]) {
      await page.keyboard.press(key);
      await until(`frame ${expected} after ${key}`, async () => (await shownNumber(page)) === expected, 5_000);
    }
  });

  test("dragging the scrubber takes the playhead and the picture along", async (t) => {
    const page = await openAt(t, 2);
    await playing(page);
    const truth = await known();
    const track = page.getByTestId("player").getByTestId("track");
    // Closer, so that a second is some pixels.
    const whole = await geometry(track);
    await page.mouse.move(whole.box.x + (((await early(27)) - whole.from) / (whole.to - whole.from)) * whole.box.width, whole.box.y + whole.box.height / 2);
    for (let i = 0; i < 12; i += 1) await page.mouse.wheel(0, -240);
    await until("a closer view", async () => Number(await track.getAttribute("data-to")) - Number(await track.getAttribute("data-from")) < 200_000);
    await page.waitForTimeout(500);
    const seen = new Set();
    const before = await geometry(track);
    await page.mouse.move(before.box.x + before.box.width * 0.4, before.box.y + before.box.height / 2);
    await page.mouse.down();
    await page.mouse.move(before.box.x + before.box.width * 0.42, before.box.y + before.box.height / 2);
    const { from, to, box } = await geometry(track);
    const x = (at) => box.x + ((at - from) / (to - from)) * box.width;
    const y = box.y + box.height / 2;
    const target = await early(25);
    for (let seconds = 6; seconds <= 25; seconds += 1) {
      await page.mouse.move(x(await early(seconds)), y);
      await page.waitForTimeout(60);
      const head = await page.getByTestId("player").getByTestId("playhead").boundingBox();
      const off = head.x + head.width / 2 - x(await early(seconds));
      assert.ok(Math.abs(off) < 3, `the playhead is ${off} px from the pointer`);
      seen.add(await shownNumber(page));
    }
    await until("the picture under the pointer", async () => seen.add(await shownNumber(page)) && Math.abs((await truth.at(target)).number - (await shownNumber(page))) <= 2, 5_000);
    assert.ok(seen.size >= 4, `${seen.size} pictures while dragging`);
    assert.deepEqual([Number(await track.getAttribute("data-from")), Number(await track.getAttribute("data-to"))], [from, to], "the view has stayed");
    await page.screenshot({ path: await picture("dragging") });
    await page.mouse.up();
    await playing(page);
    const at = await clock(page);
    assert.ok(at >= target - 500 && at < target + 3_000, `${at - target} ms from where it was dropped`);
  });

  test("playing from a camera's name does not stall", async (t) => {
    const page = await open(t);
    await name(page).click();
    await playing(page);
    const { frozen, behind } = await page.evaluate(frozenShare);
    t.diagnostic(`${(frozen * 100).toFixed(1)} % of 20 s stood still, ${(behind / 1_000).toFixed(1)} s behind`);
    assert.ok(frozen <= MOST_FROZEN, `${(frozen * 100).toFixed(1)} % stood still`);
    assert.ok(behind < 20_000, `${behind} ms behind`);
  });

  function settled(page) {
    let last;
    return until("the clock to stand still", async () => {
      const at = await clock(page);
      const same = at === last && (await page.locator("[data-player=paused]").count()) === 1;
      last = at;
      return same && at;
    }, 30_000, 250);
  }
});

function address(at) {
  return `/?camera=yard&t=${encodeURIComponent(new Date(at).toISOString())}`;
}

async function geometry(locator) {
  const [from, to, box] = await Promise.all([locator.getAttribute("data-from"), locator.getAttribute("data-to"), locator.boundingBox()]);
  return { from: Number(from), to: Number(to), box };
}

/** In the page: the share of 20 s in which the picture stood still. */
async function frozenShare() {
  const video = document.querySelector("video");
  let [frozen, before, position] = [0, performance.now(), video.currentTime];
  const began = before;
  while (before - began < 20_000) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const now = performance.now();
    if (video.currentTime === position) frozen += now - before;
    [before, position] = [now, video.currentTime];
  }
  return { frozen: frozen / (before - began), behind: Date.now() - Number(document.querySelector("[data-testid=clock]").dataset.at) };
}

/** Where a picture for a person goes, if `NIGHTJAR_SCREENSHOTS` names a folder; else to where nobody looks. */
async function picture(name) {
  const folder = process.env.NIGHTJAR_SCREENSHOTS ?? join((await import("node:os")).tmpdir(), "nightjar-screenshots");
  await mkdir(folder, { recursive: true });
  return join(folder, `${name}.png`);
}
