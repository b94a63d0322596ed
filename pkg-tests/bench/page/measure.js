/** Milliseconds between two looks; shorter ones would cost a core of their own. */
const TICK_MS = 50;

/** Lets a contestant push the chosen files, and watches the page's own thread meanwhile. */
export async function measure(push) {
  const chosen = document.querySelector("#files").files;
  const files = Array.from(chosen, (file) => ({ path: file.name, content: file }));
  const tasks = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)));
  observer.observe({ entryTypes: ["longtask"] });
  let longestDelay = 0;
  let last = performance.now();
  const tick = setInterval(() => {
    const now = performance.now();
    longestDelay = Math.max(longestDelay, now - last - TICK_MS);
    last = now;
  }, TICK_MS);

  const started = performance.now();
  const { commit } = await push(files);
  const ms = performance.now() - started;

  // One more turn, so that a task that has just ended counts.
  await new Promise((resolve) => setTimeout(resolve, 2 * TICK_MS));
  clearInterval(tick);
  tasks.push(...observer.takeRecords().map(({ duration }) => duration));
  observer.disconnect();
  return {
    commit: commit.oid,
    ms,
    longestTaskMs: Math.max(0, ...tasks),
    blockedMs: tasks.reduce((sum, duration) => sum + duration, 0),
    longestDelayMs: longestDelay,
  };
}
