// The page of events, against a real server and simulated cameras.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, openPage, signInTo } from "../lib/browser.mjs";
import { PASSWORD } from "../lib/house.mjs";
import { startCameras, startNightjar } from "../lib/nightjar.mjs";
import { run, until } from "../lib/processes.mjs";

describe("events", { timeout: 600_000 }, () => {
  let browser, cameras, server;

  before(async () => {
    [browser, cameras] = await Promise.all([launch(), startCameras(2)]);
    server = await startNightjar([{ id: "yard", name: "Yard", url: cameras.url(1) }, { id: "gate", name: "Gate", url: cameras.url(2) }]);
    await server.addAccount({ username: "watcher", password: PASSWORD, role: "viewer" });
    await until("both cameras to be told about", async () => (await server.get("/events?type=camera_online")).items.length >= 2, 120_000, 500);
  }, { timeout: 300_000 });

  after(async () => {
    await browser?.close();
    await Promise.all([server?.remove(), cameras?.stop()]);
  });

  async function goTo(t, path, { who = {}, ...options } = {}) {
    const { page, errors, close } = await openPage(browser, options);
    t.after(async () => {
      await close();
      assert.deepEqual(errors, []);
    });
    await signInTo(page, server.url + path, who);
    return page;
  }
  const live = (page, kind) => page.locator(`[data-testid=live][data-live=${kind}]`).waitFor();

  test("a camera that is lost is told live, without the list jumping, and leads to its footage", async (t) => {
    const page = await goTo(t, "/events");
    await page.locator("[data-type=camera_online]").first().waitFor();
    await live(page, "live");
    const before = await page.getByTestId("event").count();
    cameras.tell("cam0001 drop 600s");
    const fresh = page.getByTestId("new-events");
    await fresh.waitFor({ timeout: 120_000 });
    assert.equal(await page.getByTestId("event").count(), before);
    await until("the loss to be told", async () => {
      if ((await fresh.count()) > 0) await fresh.click();
      return (await page.locator("[data-type=camera_offline]").count()) > 0;
    }, 120_000);
    await page.getByRole("link", { name: "Footage of Camera lost, Yard" }).first().click();
    await page.waitForURL(/camera=.*t=/);
    await page.locator("video").waitFor();
    cameras.tell("cam0001 clear");
  });

  test("an event is acknowledged, and the selected too", async (t) => {
    const page = await goTo(t, "/events?type=camera_online");
    const events = page.getByTestId("event");
    await events.first().waitFor();
    await page.getByRole("button", { name: "Acknowledge Camera connected, Gate" }).first().click();
    await page.locator("[data-acknowledged=true]").first().waitFor();
    await page.getByLabel("Select all that are not acknowledged").click();
    await page.getByRole("button", { name: /^Acknowledge (it|all)/ }).click();
    await until("all to be acknowledged", async () => (await page.locator("[data-acknowledged=false]").count()) === 0);
    assert.deepEqual((await server.get("/events?type=camera_online&acknowledged=false")).items, []);
    await page.getByLabel("Seen").selectOption("false");
    await page.waitForURL(/acknowledged=false/);
    await page.getByTestId("empty").waitFor();
  });

  test("400 old events of one time are not new, and all of them are counted", async (t) => {
    await server.stop();
    await run("python3", ["-c", INSERT, join(server.folder, "data/nightjar.db"), String(Date.now() - 120_000)]);
    await server.start();
    const total = async (query) => (await server.get(`/events?limit=1${query}`)).pagination.total;
    const open = await total("&type=storage_full&acknowledged=false");
    assert.equal(open, 400);
    const page = await goTo(t, "/events?type=storage_full");
    await page.getByTestId("event").first().waitFor();
    await live(page, "live");
    // What is sent again after the connection was made has come by now.
    await page.waitForTimeout(4_000);
    assert.equal(await listed(page), 50);
    assert.equal(await page.getByTestId("new-events").count(), 0);
    await page.getByText("400 not acknowledged").waitFor();
    await page.getByRole("button", { name: /^Acknowledge Storage full/ }).first().click();
    await page.getByText("399 not acknowledged").waitFor();
    await page.getByRole("button", { name: "Load more" }).click();
    await until("the next page", async () => (await listed(page)) === 100);
    assert.equal(await page.getByTestId("new-events").count(), 0);
  });

  test("what is looked for stands in the address", async (t) => {
    const page = await goTo(t, "/events");
    await page.getByLabel("Type").selectOption("camera_online");
    await page.waitForURL(/type=camera_online/);
    await until("only those", async () => {
      const types = await page.getByTestId("event").evaluateAll((all) => all.map((one) => one.dataset.type));
      return types.length > 0 && types.every((type) => type === "camera_online");
    });
    await page.getByLabel("To", { exact: true }).fill("2020-01-01");
    await page.getByTestId("empty").getByText("No event fits").waitFor();
    await live(page, "over");
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByTestId("event").first().waitFor();
    await live(page, "live");
  });

  test("a broken connection is told, and what was missed comes afterwards", async (t) => {
    const page = await goTo(t, "/events");
    await live(page, "live");
    await server.stop();
    await live(page, "waiting");
    await server.start();
    await live(page, "live");
    await page.getByTestId("new-events").or(page.getByTestId("event")).first().waitFor();
  });

  test("who may not acknowledge is not offered it", async (t) => {
    const page = await goTo(t, "/events", { who: { username: "watcher", password: PASSWORD } });
    await page.getByTestId("event").first().waitFor();
    await live(page, "live");
    assert.equal(await page.getByRole("button", { name: /Acknowledge/ }).count(), 0);
    assert.equal(await page.getByRole("checkbox").count(), 0);
  });

  test("it fits a phone", async (t) => {
    const page = await goTo(t, "/events", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await page.getByTestId("event").first().waitFor();
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 390, `${width} px wide`);
  });
});

/** Python: 400 events of one moment, as a server stores them that loses all of its cameras at once. */
const INSERT = `
import os, sqlite3, sys
db, millis = sqlite3.connect(sys.argv[1]), int(sys.argv[2])
org = db.execute("SELECT id FROM organizations LIMIT 1").fetchone()[0]
micros, hour = millis * 1000, 3600 * 1000 * 1000
for _ in range(400):
    id = millis.to_bytes(6, "big") + bytes([0x70, 0, 0x80 | os.urandom(1)[0] & 0x3F]) + os.urandom(7)
    db.execute("INSERT INTO events (id, org_id, event_type, severity, start_at, metadata) VALUES (?, ?, 'storage_full', 3, ?, '{}')", (id, org, micros))
for span in (-2**63, micros // hour * hour):
    db.execute("INSERT INTO event_counts VALUES (?, ?, ?, 'storage_full', 3, 400, 0)", (org, bytes(16), span))
db.commit()
`;

/** How many rows the list has: only those that are seen are in the page. */
async function listed(page) {
  return Number(await page.locator("li:has([data-testid=event])").first().getAttribute("aria-setsize"));
}
