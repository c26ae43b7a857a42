// Signing in at an OpenID provider: a real one, in a real browser.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launch, openPage } from "../lib/browser.mjs";
import { startNightjar } from "../lib/nightjar.mjs";
import { freePort, start } from "../lib/processes.mjs";

const PROVIDER = fileURLToPath(new URL("../../oidc/provider.mjs", import.meta.url));

describe("signing in at a provider", () => {
  let browser, provider, server;

  before(async () => {
    const port = await freePort();
    const address = `http://127.0.0.1:${port}`;
    provider = start(process.execPath, [PROVIDER, `${address}/api/v1/auth/oidc/test/callback`]);
    const [, issuer] = await provider.line(/^ready (\S+)/);
    const more = `[[oidc]]\nname = "test"\nlabel = "Test provider"\nissuer = "${issuer}"\nclient_id = "nightjar"
client_secret = "nightjar test secret"\nscopes = "openid profile email groups"\nrole_claim = "groups"
roles = { nightjar-admins = "admin", guards = "viewer" }\n`;
    [browser, server] = await Promise.all([launch(), startNightjar([], { port, service: `public_url = "${address}"`, more })]);
  }, { timeout: 120_000 });

  after(async () => {
    await browser?.close();
    await server?.remove();
    await provider?.stop();
  });

  const open = async (t, path, options) => {
    const { page, errors, close } = await openPage(browser, options);
    t.after(async () => {
      await close();
      assert.deepEqual(errors, []);
    });
    await page.goto(server.url + path);
    return page;
  };
  const toProvider = (page) => page.getByRole("link", { name: "Sign in with Test provider" }).click();
  const logIn = async (page, name) => {
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Password").fill([...name].reverse().join(""));
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("button", { name: "Allow" }).click();
  };
  const picture = (page, name) => process.env.NIGHTJAR_PICTURES && page.screenshot({ path: `${process.env.NIGHTJAR_PICTURES}/${name}.png` });

  test("leads to the cameras, and the account is the provider's", async (t) => {
    const page = await open(t, "/");
    await page.getByRole("link", { name: "Sign in with Test provider" }).waitFor();
    await picture(page, "oidc-sign-in");
    await toProvider(page);
    await picture(page, "oidc-provider");
    await logIn(page, "ada");
    await page.getByTestId("no-cameras").waitFor();
    await picture(page, "oidc-cameras");
    await page.getByTestId("account-menu").click();
    await page.getByText(/^Administrator ·/).waitFor();
    await page.keyboard.press("Escape");
    // It is a sign-in like any other: it lasts, and no token is where a script finds it.
    await page.reload();
    await page.getByTestId("account-menu").waitFor();
    const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie);
    assert.doesNotMatch(kept, /eyJ|refresh|oidc/);
  });

  test("brings somebody to where they wanted to be", async (t) => {
    const page = await open(t, "/account?x=1");
    await toProvider(page);
    await logIn(page, "grace");
    await page.getByRole("heading", { name: "Account" }).waitFor();
    assert.equal(new URL(page.url()).pathname, "/account");
  });

  test("says why somebody may not come in", async (t) => {
    const page = await open(t, "/");
    await toProvider(page);
    await logIn(page, "eve");
    await page.locator("[data-problem=no_role]").getByText(/None of your groups/).waitFor();
    await picture(page, "oidc-refused");
    assert.equal(await page.getByLabel("User name").count(), 1);
  });

  test("says that it was cancelled, and lets it be tried again", async (t) => {
    const page = await open(t, "/", { viewport: { width: 360, height: 740 } });
    await toProvider(page);
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.locator("[data-problem=denied]").waitFor();
    await picture(page, "oidc-cancelled");
    await toProvider(page);
    await logIn(page, "ada");
    await page.getByTestId("no-cameras").waitFor();
  });
});
