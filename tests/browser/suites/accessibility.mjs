// Each page for those who don't see it, don't use a mouse, or use a finger: axe, the keyboard alone, names and titles, sizes.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { launch, openPage, signInTo } from "../lib/browser.mjs";
import { PASSWORD } from "../lib/house.mjs";
import { startCameras, startNightjar } from "../lib/nightjar.mjs";
import { until } from "../lib/processes.mjs";
import { walk } from "../lib/walk.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** Not in the tags, and still wanted. */
const NAMES = ["label-content-name-mismatch"];
/** Of whole pages: a dialog hides the rest. */
const WHOLE_PAGE = [...NAMES, "page-has-heading-one", "heading-order", "region", "skip-link", "landmark-one-main"];

const DESK = { viewport: { width: 1280, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** Each page, with its name and what shows that it is complete. */
const PAGES = [
  { path: "/", name: "Footage", ready: "[data-testid=camera] [data-kind=recorded]" },
  { path: "/?camera=yard&by=group", name: "Footage", title: /^Yard · /, ready: "[data-testid=player] video" },
  { path: "/cameras", name: "Cameras", ready: "[data-testid=camera-item]" },
  { path: "/cameras/new", name: "Add a camera", ready: "form" },
  { path: "/cameras/yard", name: "Yard", ready: "[data-testid=camera-state]" },
  { path: "/cameras/nobody", name: "Camera not found", ready: "[data-testid=empty]" },
  { path: "/groups", name: "Groups", ready: "[data-testid=group]" },
  { path: "/events", name: "Events", ready: "[data-testid=event]" },
  { path: "/account", name: "Account", ready: "#sessions-title" },
  { path: "/users", name: "Users", ready: "table, [data-testid=user]" },
  { path: "/tokens", name: "API tokens", ready: "table, [data-testid=token]" },
  { path: "/audit", name: "Audit", ready: "main ul" },
  { path: "/api/docs", name: "API", ready: "nav[aria-label=Operations]" },
  { path: "/api/docs?op=create_camera", name: "API", ready: "#operation" },
  { path: "/nothing/here", name: "Page not found", ready: "[data-testid=not-found]" },
];

/** What opens over a page: where, and the button that opens it. */
const OVERLAYS = [
  ["/groups", "Add a group"],
  ["/groups", "Delete Doors"],
  ["/users", "Add an account"],
  ["/tokens", "Make a token"],
  ["/cameras/yard", "Delete footage…"],
  ["/account", /^Turn on|^Set up/],
  ["/", "Theme"],
  ["/", /^Account of/],
];

describe("accessibility", { timeout: 900_000 }, () => {
  let browser, cameras, server;

  before(async () => {
    [browser, cameras] = await Promise.all([launch(), startCameras(2, ["--size", "320x180", "--fps", "5", "--gop", "10"])]);
    server = await startNightjar([{ id: "yard", name: "Yard", url: cameras.url(1) }, { id: "gate", name: "Gate", url: cameras.url(2) }]);
    await server.post("/camera-groups", { name: "Doors", description: "All that lead out" });
    await server.addAccount({ username: "watcher", password: PASSWORD, role: "viewer" });
    await until("events", async () => (await server.get("/events")).items.length >= 2, 120_000, 500);
    await server.recorded("yard", 12);
  }, { timeout: 300_000 });

  after(async () => {
    await browser?.close();
    await Promise.all([server?.remove(), cameras?.stop()]);
  });

  /** Signed in; fails at the end if anything was thrown in it or refused by the content security policy. */
  async function open(t, options = {}) {
    const { page, errors, close } = await openPage(browser, options);
    t.after(async () => {
      await close();
      assert.deepEqual(errors, []);
    });
    await signInTo(page, server.url);
    return page;
  }
  const goTo = async (page, { path, ready }) => {
    await page.goto(server.url + path);
    await page.locator(ready).first().waitFor({ state: "attached" });
  };

  for (const [device, options] of [["a desk", DESK], ["a phone", PHONE]]) {
    for (const colorScheme of ["light", "dark"]) {
      test(`axe finds nothing on any page on ${device} in the ${colorScheme} theme`, async (t) => {
        const page = await open(t, { ...options, colorScheme, reducedMotion: "reduce" });
        const found = [];
        for (const one of PAGES) {
          await goTo(page, one);
          found.push(...(await violations(page)).map((text) => `${one.path}: ${text}`));
        }
        assert.deepEqual(found, []);
      });

      test(`axe finds nothing in dialogs and menus on ${device} in the ${colorScheme} theme`, async (t) => {
        const page = await open(t, { ...options, colorScheme, reducedMotion: "reduce" });
        const found = [];
        for (const [path, name] of OVERLAYS) {
          await goTo(page, PAGES.find((one) => one.path === path));
          await page.getByRole("button", { name, exact: typeof name === "string" }).first().click();
          await page.locator("[role=dialog], [role=alertdialog], [role=menu]").waitFor();
          found.push(...(await violations(page, NAMES)).map((text) => `${path}, ${name}: ${text}`));
        }
        assert.deepEqual(found, []);
      });
    }
  }

  test("axe finds nothing before somebody has signed in", async (t) => {
    const fresh = await startNightjar([], { account: false });
    t.after(() => fresh.remove());
    const [, link] = await fresh.program.line(/(https?:\/\/\S+\/setup\?token=\S+)/);
    for (const options of [DESK, PHONE]) {
      for (const colorScheme of ["light", "dark"]) {
        const { page, close } = await openPage(browser, { ...options, colorScheme });
        t.after(close);
        for (const url of [link, `${fresh.url}/login`, `${server.url}/login`, `${server.url}/nothing`, `${server.url}/api/docs?op=login`]) {
          await page.goto(url);
          await page.locator("h1").waitFor();
          assert.deepEqual(await violations(page), [], url);
        }
      }
    }
  });

  for (const one of PAGES) {
    test(`the keyboard alone reaches everything on ${one.path}`, async (t) => {
      const page = await open(t);
      await goTo(page, one);
      await page.waitForTimeout(500);
      const { missed, hidden, plain } = await walk(page);
      assert.deepEqual(missed, [], "can't be reached");
      assert.deepEqual(plain, [], "don't show that they have the focus");
      assert.deepEqual(hidden, [], "have the focus behind something");
    });
  }

  test("each page has its own name and title, and takes the focus", async (t) => {
    const page = await open(t);
    for (const { path, name, title } of PAGES) {
      await page.goto(server.url + path);
      await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
      assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1, path);
      await until(`the title of ${path}`, async () => (title ?? new RegExp(`(^|· )${name} · Nightjar$`)).test(await page.title()), 5_000);
    }
    const focused = (name) => until(`the focus on ${name}`, () => page.evaluate((name) => document.activeElement.tagName === "H1" && document.activeElement.textContent === name, name), 5_000);
    for (const name of ["Cameras", "Groups", "Events", "Users", "Footage"]) {
      await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name, exact: true }).click();
      await focused(name);
    }
    await page.getByTestId("account-menu").click();
    await page.getByRole("menuitem", { name: "Account", exact: true }).click();
    await focused("Account");
    await page.goBack();
    await focused("Footage");
  });

  test("the first stop of the keyboard leads past the head of the page", async (t) => {
    const page = await open(t);
    await goTo(page, PAGES[2]);
    await page.keyboard.press("Tab");
    const skip = page.getByRole("link", { name: "Skip to content" });
    assert.ok(await skip.evaluate((one) => one === document.activeElement && one.getBoundingClientRect().top >= 0));
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.closest("main") !== null), true);
    assert.equal(new URL(page.url()).hash, "");
  });

  test("fingers find targets of 44 pixels and fields of 16 on a phone", async (t) => {
    const page = await open(t, PHONE);
    const small = [];
    for (const one of PAGES) {
      await goTo(page, one);
      small.push(...(await page.evaluate(tooSmall)).map((text) => `${one.path}: ${text}`));
    }
    for (const [path, name] of OVERLAYS) {
      await goTo(page, PAGES.find((one) => one.path === path));
      await page.getByRole("button", { name, exact: typeof name === "string" }).first().click();
      await page.locator("[role=dialog], [role=alertdialog], [role=menu]").waitFor();
      await page.waitForTimeout(300);
      small.push(...(await page.evaluate(tooSmall)).map((text) => `${path}, ${name}: ${text}`));
    }
    assert.deepEqual(small, []);
  });

  test("menus and dialogs add no style of their own, and lock the page behind them all the same", async (t) => {
    const page = await open(t);
    await goTo(page, PAGES[0]);
    await page.getByTestId("account-menu").click();
    await page.getByRole("menuitem", { name: "Sign out everywhere…" }).click();
    await page.getByRole("alertdialog").waitFor();
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).overflow), "hidden");
    assert.equal(await page.locator("style").count(), 0);
    await page.keyboard.press("Escape");
    await until("the lock to be gone", async () => (await page.evaluate(() => getComputedStyle(document.body).overflow)) !== "hidden", 5_000);
  });
});

/** What axe finds, in a line each. */
async function violations(page, rules = WHOLE_PAGE) {
  await page.waitForTimeout(250);
  // Not as an element: the content security policy would refuse it.
  await page.evaluate(AXE);
  const found = await page.evaluate(async ([tags, rules]) => {
    const byTag = await window.axe.run(document, { runOnly: { type: "tag", values: tags } });
    const byRule = await window.axe.run(document, { runOnly: { type: "rule", values: rules } });
    return [...byTag.violations, ...byRule.violations].flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} (${failureSummary.replaceAll(/\s+/g, " ").slice(0, 200)})`));
  }, [TAGS, rules]);
  return [...new Set(found)];
}

/** In the page: targets that are too small for a finger, and fields that a phone zooms into. */
function tooSmall() {
  const shown = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest("[aria-hidden=true], [inert]") && one.getBoundingClientRect().width > 0;
  const inDialog = document.querySelector("[role=dialog], [role=alertdialog], [role=menu]");
  const all = [...(inDialog ?? document).querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [role=menuitem], [role=menuitemradio], [role=slider]")].filter(shown);
  // A link in a sentence is as high as its line (WCAG 2.5.8, "inline"); the skip link is for keyboards.
  const inText = (one) => one.tagName === "A" && (one.closest("p") !== null || one.getAttribute("href") === "#main");
  const targets = all.filter((one) => !inText(one) && (one.getBoundingClientRect().height < 43.5 || one.getBoundingClientRect().width < 43.5));
  const fields = all.filter((one) => one.matches("input:not([type=checkbox], [type=radio]), select, textarea") && Number.parseFloat(getComputedStyle(one).fontSize) < 16);
  const tell = (why) => (one) => `${why} ${Math.round(one.getBoundingClientRect().width)}×${Math.round(one.getBoundingClientRect().height)} ${one.outerHTML.slice(0, 130)}`;
  return [...targets.map(tell("target")), ...fields.map(tell("field"))];
}
