// Walks through a page with the keyboard alone.

const MOST_STEPS = 300;

/**
 * Presses the tab key until the focus has been everywhere, arrow keys inside of lists. Returns what could not be reached, what did not show
 * that it has the focus, and what had it while something covered it.
 */
export async function walk(page) {
  await page.evaluate(() => {
    document.activeElement?.blur();
    scrollTo(0, 0);
    window.walked = new Set();
  });
  const hidden = new Set();
  const plain = new Set();
  const step = async (key) => {
    await page.keyboard.press(key);
    // A list puts the focus onto a row that it has to render first, and a tooltip may move in.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    return page.evaluate(look);
  };
  for (let steps = 0; steps < MOST_STEPS; steps += 1) {
    const at = await step("Tab");
    if (at.kind === "outside") break;
    note(at);
    if (at.kind === "first") break;
    if (at.isRow) await rows(page, step, note);
  }
  return { missed: await page.evaluate(missed), hidden: [...hidden], plain: [...plain] };

  function note({ name, isCovered, isPlain }) {
    if (isCovered) hidden.add(name);
    if (isPlain) plain.add(name);
  }
}

/** From the first row, which has the focus, through all below, with all that is in each, and back. */
async function rows(page, step, note) {
  for (let at = await step("ArrowDown"); at.kind === "fresh"; at = await step("ArrowDown")) {
    note(at);
    const more = (await page.evaluate(() => document.activeElement.closest("li").querySelectorAll("[data-row-stop]:not(:disabled)").length)) - 1;
    for (let index = 0; index < more; index += 1) note(await step("Tab"));
    for (let index = 0; index < more; index += 1) await step("Shift+Tab");
  }
  await step("Home");
}

/** In the page: where the focus is. */
function look() {
  const one = document.activeElement;
  if (one === null || one === document.body) return { kind: "outside" };
  const name = (one.getAttribute("aria-label") ?? one.textContent.trim() ?? "").slice(0, 60) || one.outerHTML.slice(0, 100);
  const [first] = window.walked;
  // A field for a date has several stops inside, and is the same element at each.
  const kind = window.walked.size > 1 && one === first ? "first" : window.walked.has(one) ? "again" : "fresh";
  window.walked.add(one);
  const { boxShadow, outlineStyle, outlineWidth } = getComputedStyle(one);
  const isPlain = boxShadow === "none" && (outlineStyle === "none" || outlineWidth === "0px");
  const box = one.getBoundingClientRect();
  const [x, y] = [(Math.max(0, box.left) + Math.min(innerWidth, box.right)) / 2, (Math.max(0, box.top) + Math.min(innerHeight, box.bottom)) / 2];
  const top = document.elementFromPoint(x, y);
  // The text of a row lies over its button, and belongs to it.
  const isCovered = top === null || !(one.contains(top) || top.contains(one) || one.parentElement.contains(top) || top.closest("label, [role=tooltip]"));
  return { kind, name: `${one.tagName.toLowerCase()} ${name}`, isCovered, isPlain, isRow: one.hasAttribute("data-row-stop") };
}

/** In the page: what can be used and never had the focus. */
function missed() {
  const all = document.querySelectorAll("a[href], button, input, select, textarea, summary, [role=slider], [role=menuitem], [contenteditable], video[controls]");
  return [...all]
    .filter((one) => !one.disabled && one.checkVisibility({ visibilityProperty: true }) && !one.closest("[inert], [aria-hidden=true]"))
    // Of a group of radio buttons the tab key reaches one, and arrow keys the others.
    .filter((one) => !(one.type === "radio" && [...window.walked].some((other) => other.type === "radio" && other.name === one.name)))
    .filter((one) => !window.walked.has(one))
    // Rows of which only the first part was walked with arrow keys.
    .map((one) => one.outerHTML.slice(0, 140));
}
