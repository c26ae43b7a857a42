// How long frames take. The time between two frames on the screen depends on what else the machine does; the processor
// time of the page's main thread does not, so that is what tests hold to.

export function p95(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))];
}

/** Processor time that the page's main thread has spent, in milliseconds. */
async function mainThread(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const read = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration").value * 1_000;
  };
  return { read, close: () => session.detach() };
}

/** Scrolls down through all of the page, like a wheel that is turned fast: a step for each frame. */
export async function scrollThrough(page, { step = 60 } = {}) {
  const frames = await page.evaluate(scroll, { step });
  await page.evaluate(() => scrollTo(0, 0));
  await page.waitForTimeout(1_000);
  const thread = await mainThread(page);
  const work = [];
  for (let before = await thread.read(); ; ) {
    const isEnd = await page.evaluate(oneFrame, step);
    const after = await thread.read();
    work.push(after - before);
    before = after;
    if (isEnd) break;
  }
  await thread.close();
  return { frames, work };
}

/** In the page. */
function scroll({ step }) {
  return new Promise((resolve) => {
    const frames = [];
    let before;
    const next = (now) => {
      if (before !== undefined) frames.push(now - before);
      before = now;
      const at = scrollY;
      scrollBy(0, step);
      if (scrollY === at) resolve(frames);
      else requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
}

/** In the page: one step, until it is painted; whether it was the last. */
function oneFrame(step) {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      const at = scrollY;
      scrollBy(0, step);
      const isEnd = scrollY === at;
      requestAnimationFrame(() => setTimeout(() => resolve(isEnd)));
    });
  });
}

/** Types a text. `paints`: from each key to the picture that shows it (Event Timing, in steps of 8 ms); `work`: processor time for each. */
export async function typeAndMeasure(page, text) {
  await page.evaluate(() => {
    window.paints = [];
    new PerformanceObserver((list) => {
      for (const { name, duration } of list.getEntries()) if (/^key|input/.test(name)) window.paints.push(duration);
    }).observe({ type: "event", durationThreshold: 16 });
  });
  const thread = await mainThread(page);
  const work = [];
  for (const letter of text) {
    const before = await thread.read();
    await page.keyboard.press(letter === " " ? "Space" : letter);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
    work.push((await thread.read()) - before);
    await page.waitForTimeout(60);
  }
  await thread.close();
  // What was faster than 16 ms is not told.
  const paints = await page.evaluate(() => window.paints);
  return { paints: [16, ...paints], work };
}
