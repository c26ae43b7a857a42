// What the suites about accounts have in common: a server without cameras, and browsers of people.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { launch, openPage, signInTo } from "./browser.mjs";
import { startNightjar } from "./nightjar.mjs";
import { until } from "./processes.mjs";

/** A good password of anybody. */
export const PASSWORD = "a heron by the weir";

/** For the `describe` that it is called in: a server with the viewer `watcher` beside `admin`, and what people do. */
export function house() {
  const it = { browser: undefined, server: undefined };

  before(async () => {
    [it.browser, it.server] = await Promise.all([launch(), startNightjar([])]);
    await it.server.addAccount({ username: "watcher", password: PASSWORD, role: "viewer" });
  }, { timeout: 120_000 });

  after(async () => {
    await it.browser?.close();
    await it.server?.remove();
  });

  /** A page of its own browser profile; fails at the end if anything was thrown in it. */
  it.open = async (t, options = {}) => {
    const { page, errors, close } = await openPage(it.browser, options);
    t.after(async () => {
      await close();
      assert.deepEqual(errors, []);
    });
    return page;
  };

  it.signedIn = async (t, path = "/", who = {}, options = {}) => {
    const page = await it.open(t, options);
    await signInTo(page, it.server.url + path, who);
    return page;
  };
  return it;
}

/** Chooses from the account menu. */
export async function choose(page, name) {
  await page.getByTestId("account-menu").click();
  await page.getByRole("menuitem", { name, exact: true }).click();
}

/** Waits until what has this name has the focus: a dialog gives it back after it is gone. */
export function focusOn(page, name) {
  return until(`the focus on ${name}`, async () => name.test(await page.evaluate(nameOfFocused)), 10_000);
}

/** In the page. */
function nameOfFocused() {
  const { activeElement } = document;
  return activeElement === document.body ? "" : (activeElement.getAttribute("aria-label") ?? activeElement.textContent.trim());
}
