// The page about the API: found, read and tried, signed in or with a token.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { house } from "../lib/house.mjs";
import { until } from "../lib/processes.mjs";

describe("the page about the API", { timeout: 300_000 }, () => {
  const it = house();

  test("an operation is found, with its schemas, and tried as whoever is signed in", async (t) => {
    const page = await it.signedIn(t);
    await page.goto(`${it.server.url}/api/docs`);
    await page.getByRole("searchbox", { name: "Search operations" }).fill("add camera");
    await page.getByRole("link", { name: "POST Add a camera", exact: true }).click();
    await page.waitForURL(/op=create_camera/);
    await page.getByText("Needs the permission camera:write").waitFor();
    for (const name of ["CameraInput", "SourceInput"]) {
      await page.locator("summary").getByText(name, { exact: true }).filter({ visible: true }).first().click();
    }
    await page.getByText("main_url", { exact: true }).first().waitFor();
    await page.getByRole("button", { name: "Send POST" }).click();
    await page.locator("[data-testid=answer][data-status='201']").waitFor();
    assert.equal((await it.server.get("/cameras")).items.length, 1);
    await page.goto(`${it.server.url}/api/docs?op=show_camera`);
    await page.getByRole("button", { name: "Send GET" }).click();
    await page.getByText("Required.").waitFor();
    await page.getByRole("textbox", { name: /^id/ }).fill("side-door");
    await page.getByRole("button", { name: "Send GET" }).click();
    await page.locator("[data-testid=answer][data-status='200']").getByText('"key": "side-door"').waitFor();
  });

  test("it is there for everybody, and takes a token", async (t) => {
    const page = await it.open(t);
    await page.goto(`${it.server.url}/api/docs?op=list_cameras`);
    await page.getByRole("button", { name: "Send GET" }).click();
    await page.locator("[data-testid=answer][data-status='401']").waitFor();
    await page.getByLabel("API token").fill(it.server.token);
    await page.getByRole("textbox", { name: /^limit/ }).fill("2");
    await page.getByRole("button", { name: "Send GET" }).click();
    await page.locator("[data-testid=answer][data-status='200']").waitFor();
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.emulateMedia({ colorScheme: "dark" });
    const dark = await background();
    await page.emulateMedia({ colorScheme: "light" });
    await until("the light theme", async () => (await background()) !== dark, 5_000);
  });
});
