// The browser under test: Debian's Chromium, without a window.
import { extname, join } from "node:path";
import { chromium } from "playwright-core";
import { ADMIN_PASSWORD } from "./nightjar.mjs";
import { decodeBlocks, readPicture } from "./strip.mjs";

/** A folder as `web/dist`; none: what the binary carries. */
const WEB_DIST = process.env.NIGHTJAR_WEB_DIST;

const ARGS = [
  // A page from a folder comes from no address, and may not connect to this machine.
  ...(WEB_DIST ? ["--disable-features=LocalNetworkAccessChecks"] : []),
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
];

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: ARGS });
}

/** A page that remembers what went wrong in it. */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    timezoneId: "Europe/Paris",
    locale: "en-GB",
    colorScheme: "dark",
    ...options,
  });
  if (WEB_DIST) await serveFrom(context, WEB_DIST);
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => /Content Security Policy/.test(message.text()) && errors.push(message.text()));
  page.setDefaultTimeout(45_000);
  return { page, errors, close: () => context.close() };
}

/** The page from a folder instead of the one in the binary: a page can be tried before it is built in. */
async function serveFrom(context, folder) {
  await context.route(
    (url) => url.pathname === "/api/docs" || !/^\/(api|health|ready|metrics|harness)(\/|$)/.test(url.pathname),
    async (route) => {
      const { pathname } = new URL(route.request().url());
      if (extname(pathname)) return route.fulfill({ path: join(folder, pathname) }).catch(() => route.fulfill({ status: 404 }));
      // With the server's own policy, as it would be from there.
      const { "content-security-policy": policy } = (await route.fetch({ url: new URL("/", route.request().url()).href })).headers();
      await route.fulfill({ path: join(folder, "index.html"), headers: { "content-security-policy": policy } });
    },
  );
}

/** Goes to an address of a server and signs in on the way, as a person does. */
export async function signInTo(page, url, { username = "admin", password = ADMIN_PASSWORD } = {}) {
  await page.goto(url);
  await typeSignIn(page, username, password);
  await page.getByTestId("account-menu").waitFor();
}

/** Fills the form of the sign-in page, and sends it. */
export async function typeSignIn(page, username, password) {
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** The number in the picture that the page's <video> shows. */
export async function shownNumber(page) {
  return decodeBlocks((await page.locator("video").evaluate(readPicture)).levels);
}
