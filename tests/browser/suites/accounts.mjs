// The pages about accounts, API tokens and the audit trail, against a real server.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { typeSignIn } from "../lib/browser.mjs";
import { choose, focusOn, house, PASSWORD } from "../lib/house.mjs";
import { until } from "../lib/processes.mjs";
import { codeOf } from "../lib/totp.mjs";

describe("accounts", () => {
  const home = house();

  test("an account is added, used, changed, deactivated and deleted", async (t) => {
    const page = await home.signedIn(t, "/users");
    await page.getByRole("button", { name: "Add an account" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("User name").fill("grace");
    await dialog.getByLabel("Name (optional)").fill("Grace H.");
    await dialog.getByLabel("Role").selectOption("operator");
    await dialog.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await dialog.getByRole("button", { name: "Add the account" }).click();
    const row = page.locator("[data-user=grace]");
    await row.getByRole("cell", { name: "Operator", exact: true }).waitFor();
    await focusOn(page, /^Add an account$/);

    const grace = await home.signedIn(t, "/", { username: "grace", password: PASSWORD });
    await page.getByLabel("Look for an account").fill("Grace");
    await page.locator("[data-user=watcher]").waitFor({ state: "detached" });
    const act = async (name) => {
      await row.getByRole("button", { name: /What can be done/ }).click();
      await page.getByRole("menuitem", { name }).click();
    };
    await act(/Edit/);
    await dialog.getByLabel("Role").selectOption("viewer");
    await dialog.getByRole("button", { name: "Save" }).click();
    await row.getByRole("cell", { name: "Viewer", exact: true }).waitFor();
    await until("the new role to be known where she is signed in", async () => {
      await grace.reload();
      await grace.getByTestId("account-menu").click();
      return grace.getByText(/^Viewer ·/).isVisible();
    });

    await act(/Deactivate/);
    await page.getByRole("alertdialog").getByRole("button", { name: "Deactivate the account" }).click();
    await row.getByText("Deactivated").waitFor();
    await until("her to be out", async () => {
      await grace.reload();
      return grace.getByRole("heading", { name: "Sign in" }).isVisible({ timeout: 2_000 });
    });
    await act(/Delete/);
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete the account" }).click();
    await page.getByTestId("empty").waitFor();
  });

  test("two who change the same account are told, and nothing is lost", async (t) => {
    const { id } = await home.server.addAccount({ username: "barbara", password: PASSWORD, role: "viewer" });
    const page = await home.signedIn(t, "/users");
    const row = page.locator("[data-user=barbara]");
    await row.getByRole("button", { name: /What can be done/ }).click();
    await page.getByRole("menuitem", { name: /Edit/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name (optional)").fill("Barbara L.");
    await home.server.changeAccount(id, { role: "operator" });
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByTestId("conflict").getByText(/: role\./).waitFor();
    assert.equal(await dialog.getByLabel("Name (optional)").inputValue(), "Barbara L.");
    assert.equal(await dialog.getByLabel("Role").inputValue(), "operator");
    await dialog.getByRole("button", { name: "Save" }).click();
    await row.getByText("Barbara L.").waitFor();
    await row.getByRole("cell", { name: "Operator", exact: true }).waitFor();
  });

  test("a name that is taken is told at its field", async (t) => {
    const page = await home.signedIn(t, "/users");
    await page.getByRole("button", { name: "Add an account" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("User name").fill("Watcher");
    await dialog.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await dialog.getByRole("button", { name: "Add the account" }).click();
    await dialog.getByRole("alert").filter({ hasText: /taken/ }).waitFor();
    assert.equal(await dialog.getByLabel("User name").getAttribute("aria-invalid"), "true");
  });

  test("nobody takes their own account away, and it says why", async (t) => {
    const page = await home.signedIn(t, "/users");
    await page.locator("[data-user=admin]").getByRole("button", { name: /What can be done/ }).click();
    const remove = page.getByRole("menuitem", { name: /Delete/ });
    assert.equal(await remove.getAttribute("aria-disabled"), "true");
    await remove.getByText("You can't delete your own account").waitFor();
  });

  test("an API token is made, shown once, works, and is revoked", async (t) => {
    const page = await home.signedIn(t, "/tokens", {}, { permissions: ["clipboard-read", "clipboard-write"] });
    await page.getByRole("button", { name: "Make a token" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("Panel");
    await dialog.getByLabel("camera:read").click();
    await dialog.getByRole("button", { name: "Make the token" }).click();
    const secret = await page.getByTestId("token-secret").innerText();
    assert.match(secret, /^njt_/);
    await page.getByRole("button", { name: "Copy the token" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret);
    await page.getByRole("button", { name: "I have kept it" }).click();
    await focusOn(page, /^Make a token$/);
    const ask = (path) => fetch(`${home.server.url}/api/v1${path}`, { headers: { authorization: `Bearer ${secret}` } });
    assert.equal((await ask("/cameras")).status, 200);
    assert.equal((await ask("/users")).status, 403);
    const row = page.locator("[data-token=Panel]");
    await row.getByText("camera:read").waitFor();
    await row.getByRole("button", { name: "Revoke Panel" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Revoke the token" }).click();
    await row.getByText("Revoked").waitFor();
    await until("the token to be refused", async () => (await ask("/cameras")).status === 401);
  });

  test("who lacks a right is not led there, and is told when they go", async (t) => {
    const page = await home.signedIn(t, "/", { username: "watcher", password: PASSWORD });
    await page.getByTestId("no-cameras").waitFor();
    assert.deepEqual(await page.getByRole("navigation", { name: "Pages" }).getByRole("link").allInnerTexts(), ["Footage", "Cameras", "Groups", "Events"]);
    for (const [path, permission] of [["/users", "user:admin"], ["/tokens", "token:write"], ["/audit", "audit:read"]]) {
      await page.goto(home.server.url + path);
      await page.getByTestId("not-allowed").getByText(permission).waitFor();
    }
  });

  test("the password is changed, and the old one lets nobody in", async (t) => {
    await home.server.addAccount({ username: "linus", password: PASSWORD, role: "viewer" });
    const page = await home.signedIn(t, "/account", { username: "linus", password: PASSWORD });
    await page.getByLabel("Current password").fill("not the password");
    await page.getByLabel("New password").fill("otters in the rain");
    await page.getByRole("button", { name: "Change the password" }).click();
    await page.getByText("This is not your password.").waitFor();
    await page.getByLabel("Current password").fill(PASSWORD);
    await page.getByRole("button", { name: "Change the password" }).click();
    await page.getByText("It is changed.").waitFor();
    await choose(page, "Sign out");
    await typeSignIn(page, "linus", PASSWORD);
    await page.locator("[data-problem=wrong-password]").waitFor();
    await typeSignIn(page, "linus", "otters in the rain");
    await page.getByTestId("account-menu").waitFor();
  });

  test("a second factor is set up, asked for, replaced by a recovery code, and switched off", { timeout: 120_000 }, async (t) => {
    await home.server.addAccount({ username: "hedy", password: PASSWORD, role: "viewer" });
    const page = await home.signedIn(t, "/account", { username: "hedy", password: PASSWORD });
    await page.getByRole("button", { name: "Set up…" }).click();
    await page.getByLabel("Your password").fill(PASSWORD);
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("img", { name: /QR code/ }).waitFor();
    const secret = (await page.getByTestId("totp-secret").innerText()).replaceAll(/\s/g, "");
    await page.getByLabel("Code that the app shows now").fill(codeOf(secret, Date.now()));
    await page.getByRole("button", { name: "Switch it on" }).click();
    await page.getByTestId("recovery-codes").waitFor();
    const codes = await page.getByTestId("recovery-codes").getByRole("listitem").allInnerTexts();
    assert.ok(codes.length >= 8);
    const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download" }).click()]);
    assert.match(saved.suggestedFilename(), /recovery-codes\.txt$/);
    await page.getByRole("button", { name: "I have kept them" }).click();
    await page.getByText("Second factor: on").waitFor();

    const again = await home.open(t);
    await again.goto(`${home.server.url}/account`);
    await typeSignIn(again, "hedy", PASSWORD);
    await again.getByLabel("Code").fill("000000");
    await again.getByRole("button", { name: "Sign in" }).click();
    await again.locator("[data-problem=wrong-code]").waitFor();
    await again.getByLabel("Code").fill(codes[0]);
    await again.getByRole("button", { name: "Sign in" }).click();
    await again.getByRole("heading", { name: "Account" }).waitFor();
    await again.getByRole("button", { name: "Switch off…" }).click();
    await again.getByLabel("Your password").fill(PASSWORD);
    await again.getByRole("button", { name: "Switch it off" }).click();
    await again.getByText("Second factor: off").waitFor();
  });

  test("the audit trail tells who did what, and can be searched", async (t) => {
    const page = await home.signedIn(t, "/audit");
    await page.locator("[data-action='auth.login']").first().waitFor();
    await page.getByLabel("Outcome").selectOption("refused");
    await page.waitForURL(/outcome=refused/);
    const refused = page.getByTestId("audit-entry").first();
    await refused.getByText("Refused").waitFor();
    await refused.getByRole("button").click();
    await refused.getByText("Address").waitFor();
    await page.getByRole("button", { name: "Clear all" }).click();
    await page.getByLabel("Action").fill("user.create");
    await until("only new accounts to be shown", async () => {
      const actions = await page.getByTestId("audit-entry").evaluateAll((all) => all.map((one) => one.dataset.action));
      return actions.length > 0 && actions.every((action) => action === "user.create");
    });
    await page.getByLabel("Action").fill("nothing.like.this");
    await page.getByTestId("empty").waitFor();
  });

  test("dialogs hold the focus, and all that can be used has a name", async (t) => {
    const page = await home.signedIn(t, "/users");
    const opener = page.locator("[data-user=watcher]").getByRole("button", { name: /What can be done/ });
    await opener.focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    for (let i = 0; i < 20; i += 1) {
      await page.keyboard.press("Tab");
      assert.ok(await page.evaluate(() => document.activeElement.closest("[role=dialog]") !== null));
    }
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await focusOn(page, /What can be done with watcher/);
    for (const path of ["/users", "/tokens", "/audit", "/account"]) {
      await page.goto(home.server.url + path);
      await page.getByTestId("account-menu").waitFor();
      assert.deepEqual(await page.evaluate(unnamed), [], path);
    }
  });

  test("all pages fit a phone", async (t) => {
    const page = await home.signedIn(t, "/", {}, { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    for (const path of ["/users", "/tokens", "/audit", "/account"]) {
      await page.goto(home.server.url + path);
      await page.getByTestId("account-menu").waitFor();
      await page.getByRole("status").first().waitFor({ state: "detached" }).catch(() => {});
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 360, `${path} is ${width} px wide`);
    }
    await page.getByTestId("pages-menu").tap();
    await page.getByRole("menuitem", { name: "Users" }).tap();
    await page.getByRole("heading", { name: "Users" }).waitFor();
    await page.getByTestId("pages-menu").tap();
    const current = page.locator("[role=menuitem][aria-current=page]");
    assert.deepEqual(await current.allTextContents(), ["Users"]);
  });
});

/** In the page: controls without a name, and fields without a label. */
function unnamed() {
  const hasLabel = (one) => one.labels?.length > 0 || one.getAttribute("aria-label") || one.getAttribute("aria-labelledby");
  const hasText = (one) => one.labels?.length > 0 || one.getAttribute("aria-label") || one.textContent?.trim();
  const fields = [...document.querySelectorAll("input:not([type=hidden], [aria-hidden=true]), select, textarea")].filter((one) => !hasLabel(one));
  const others = [...document.querySelectorAll("button, a, [role=menuitem]")].filter((one) => !hasText(one));
  return [...fields, ...others].map((one) => one.outerHTML.slice(0, 100));
}
