// The browser under test: Debian's Chromium, without a window.
import { chromium } from "playwright-core";
import { decodeBlocks, readPicture } from "./strip.mjs";

const ARGS = [
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
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.setDefaultTimeout(45_000);
  return { page, errors, close: () => context.close() };
}

/** The number in the picture that the page's <video> shows. */
export async function shownNumber(page) {
  return decodeBlocks((await page.locator("video").evaluate(readPicture)).levels);
}
