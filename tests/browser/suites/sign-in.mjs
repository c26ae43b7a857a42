// Signing in and out, and the set-up link, against a real server.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { typeSignIn } from "../lib/browser.mjs";
import { choose, house, PASSWORD } from "../lib/house.mjs";
import { ADMIN_PASSWORD, startNightjar } from "../lib/nightjar.mjs";
import { until } from "../lib/processes.mjs";

describe("signing in", () => {
  const home = house();
  const pathOf = (page) => page.evaluate(() => location.pathname + location.search);

  test("nothing is shown to who is not signed in, and afterwards they are where they wanted to be", async (t) => {
    const page = await home.open(t);
    await page.goto(`${home.server.url}/users?q=watch`);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await typeSignIn(page, "admin", ADMIN_PASSWORD);
    await page.getByRole("row", { name: /watcher/ }).waitFor();
    assert.equal(await pathOf(page), "/users?q=watch");
    const response = await fetch(`${home.server.url}/api/v1/cameras`);
    assert.equal(response.status, 401);
  });

  test("a wrong password is told, and a right one lets in, also after the page is loaded again", async (t) => {
    const page = await home.open(t);
    await page.goto(`${home.server.url}/account`);
    await typeSignIn(page, "admin", "not the password");
    await page.locator("[data-problem=wrong-password]").waitFor();
    assert.equal(await page.getByLabel("Password", { exact: true }).evaluate((input) => input.selectionEnd - input.selectionStart), "not the password".length);
    await typeSignIn(page, "admin", ADMIN_PASSWORD);
    await page.getByRole("heading", { name: "Account" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Account" }).waitFor();
    // No token is anywhere where a script of tomorrow could find it.
    const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie);
    assert.doesNotMatch(kept, /eyJ|refresh/);
  });

  test("the form is what password managers expect, and its password can be looked at", async (t) => {
    const page = await home.open(t);
    await page.goto(`${home.server.url}/login`);
    const password = page.getByLabel("Password", { exact: true });
    assert.equal(await page.getByLabel("User name").getAttribute("autocomplete"), "username");
    assert.equal(await password.getAttribute("autocomplete"), "current-password");
    await password.fill("visible");
    await page.getByRole("button", { name: "Show the password" }).click();
    assert.equal(await password.getAttribute("type"), "text");
  });

  test("too many tries are slowed down, with a countdown", async (t) => {
    const page = await home.open(t);
    await page.goto(`${home.server.url}/login`);
    await page.route("**/api/v1/auth/login", (route) =>
      route.fulfill({ status: 429, headers: { "retry-after": "3" }, json: { success: false, data: null, error: { code: "RATE_LIMIT_EXCEEDED", message: "Slow down.", details: {} } } }),
    );
    await typeSignIn(page, "admin", ADMIN_PASSWORD);
    const waiting = page.getByRole("button", { name: /^Try again in \d s$/ });
    await waiting.waitFor();
    assert.ok(await waiting.isDisabled());
    await page.unroute("**/api/v1/auth/login");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByTestId("account-menu").waitFor();
  });

  test("signing out ends it in all tabs, and on the server", async (t) => {
    const page = await home.signedIn(t);
    const other = await page.context().newPage();
    await other.goto(`${home.server.url}/tokens`);
    await other.getByRole("heading", { name: "API tokens" }).waitFor();
    await choose(page, "Sign out");
    await page.getByText("You are signed out.").waitFor();
    await other.getByText("You are signed out.").waitFor();
    await other.goto(`${home.server.url}/account`);
    await other.getByRole("heading", { name: "Sign in" }).waitFor();
    await typeSignIn(page, "admin", ADMIN_PASSWORD);
    await page.getByTestId("account-menu").waitFor();
    await other.getByRole("heading", { name: "Account" }).waitFor();
  });

  test("signing out everywhere ends the other browsers, too", async (t) => {
    const [here, there] = [await home.signedIn(t, "/account"), await home.signedIn(t, "/account")];
    await there.getByTestId("sign-in").nth(1).waitFor();
    await choose(here, "Sign out everywhere…");
    await here.getByRole("button", { name: "Sign out everywhere" }).click();
    await here.getByText("You are signed out.").waitFor();
    await there.reload();
    await there.getByRole("heading", { name: "Sign in" }).waitFor();
  });

  test("signing out everywhere does so, also after a plain one has failed", async (t) => {
    const [here, there] = [await home.signedIn(t, "/account"), await home.signedIn(t, "/account")];
    await here.route("**/api/v1/auth/logout", (route) => route.abort());
    await choose(here, "Sign out");
    const dialog = here.getByRole("alertdialog");
    await dialog.getByText("You are still signed in").waitFor();
    await here.unroute("**/api/v1/auth/logout");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await choose(here, "Sign out everywhere…");
    await here.getByRole("button", { name: "Sign out everywhere" }).click();
    await here.getByText("You are signed out.").waitFor();
    await there.reload();
    await there.getByRole("heading", { name: "Sign in" }).waitFor();
  });

  test("a sign-in elsewhere can be ended from the list", async (t) => {
    const [here, there] = [await home.signedIn(t, "/account", { username: "watcher", password: PASSWORD }), await home.signedIn(t, "/account", { username: "watcher", password: PASSWORD })];
    await here.reload();
    const others = here.getByTestId("sign-in").filter({ hasNotText: "This one" });
    await others.first().waitFor();
    while ((await others.count()) > 0) {
      const count = await others.count();
      await others.first().getByRole("button", { name: /^End/ }).click();
      await until("it to be gone from the list", async () => (await others.count()) < count);
    }
    await there.reload();
    await there.getByRole("heading", { name: "Sign in" }).waitFor();
    await here.reload();
    await here.getByRole("heading", { name: "Account" }).waitFor();
  });

  test("the tokens are renewed by one tab for all, and no session ends of it", async (t) => {
    const page = await home.signedIn(t, "/account");
    const context = page.context();
    const tabs = [page, ...(await Promise.all([1, 2, 3].map(() => context.newPage())))];
    for (let round = 0; round < 3; round += 1) {
      // All of them ask for the first token at the same moment.
      await Promise.all(tabs.map((tab) => tab.goto(`${home.server.url}/account`)));
      await Promise.all(tabs.map((tab) => tab.getByRole("heading", { name: "Account" }).waitFor()));
    }
    // Left before the answer has come.
    for (let round = 0; round < 5; round += 1) {
      await page.evaluate(() => location.reload()).catch(() => {});
      await page.waitForTimeout(30 * round);
    }
    await page.goto(`${home.server.url}/account`);
    await page.getByRole("heading", { name: "Account" }).waitFor();
  });

  test("a token that the server no longer takes is renewed, and the request repeated", async (t) => {
    const page = await home.signedIn(t, "/");
    let refused = 0;
    await page.route("**/api/v1/users*", (route) => {
      refused += 1;
      if (refused > 1) return route.continue();
      return route.fulfill({ status: 401, json: { success: false, data: null, error: { code: "AUTH_TOKEN_INVALID", message: "No.", details: {} } } });
    });
    await page.getByRole("link", { name: "Users" }).click();
    await page.getByTestId("user").first().waitFor();
    assert.ok(refused >= 2);
  });

  test("the set-up link makes the first administrator, once", async (t) => {
    const fresh = await startNightjar([], { account: false });
    t.after(() => fresh.remove());
    const [, link] = await fresh.program.line(/(http\S+\/setup\?token=\S+)/);
    const page = await home.open(t);
    await page.goto(fresh.url);
    await page.getByTestId("setup-needed").waitFor();
    await page.goto(`${fresh.url}/setup?token=wrong`);
    await page.getByLabel("User name").fill("ada");
    await page.getByLabel("Password", { exact: true }).fill("four barn owls at dusk");
    await page.getByRole("button", { name: "Create the account" }).click();
    await page.getByTestId("bad-link").getByText(/prints a new link/).waitFor();
    await page.goto(link);
    await page.getByLabel("User name").fill("ada");
    const create = page.getByRole("button", { name: "Create the account" });
    await page.getByLabel("Password", { exact: true }).fill("too short");
    assert.ok(await create.isDisabled());
    await page.getByLabel("Password", { exact: true }).fill("password123456");
    await create.click();
    await page.getByRole("alert").filter({ hasText: /tried first|first/ }).waitFor();
    await page.getByLabel("Password", { exact: true }).fill("four barn owls at dusk");
    await create.click();
    await page.getByTestId("no-cameras").waitFor();
    await choose(page, "Sign out");
    await page.getByText("You are signed out.").waitFor();
    await page.goto(link);
    await page.getByRole("heading", { name: "Nightjar is set up already" }).waitFor();
    await page.getByRole("link", { name: "Sign in" }).click();
    await typeSignIn(page, "ADA", "four barn owls at dusk");
    await page.getByTestId("no-cameras").waitFor();
  });

  test("says when the server can't be asked whether somebody is signed in, and goes on", { timeout: 120_000 }, async (t) => {
    const page = await home.signedIn(t, "/account");
    await page.route("**/api/v1/auth/refresh", (route) => route.abort());
    await page.reload();
    await page.getByText("The server does not answer. Retrying automatically.").waitFor();
    await page.unroute("**/api/v1/auth/refresh");
    await page.getByRole("heading", { name: "Account" }).waitFor();
  });
});
