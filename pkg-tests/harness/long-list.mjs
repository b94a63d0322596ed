// A push of a hundred thousand files as the page shows it: the files are made in the page, because what counts is the list, not the disk.
import { openPage } from "./browser.mjs";
import { until } from "./until.mjs";

export const ROWS = 100_000;

/** Chooses that many files, in folders of a hundred. Runs in the page. */
function takeFiles(count) {
  const files = Array.from({ length: count }, (_, i) => {
    const name = `record-${String(i).padStart(6, "0")}.json`;
    const file = new File([`{ "n": ${i} }\n`], name);
    Object.defineProperty(file, "webkitRelativePath", { value: `crowd/part-${Math.floor(i / 100)}/${name}` });
    return file;
  });
  document.querySelector("hubferry-drop").take(files);
}

/** Counts pictures, renderings of the element and of the list, rows that exist, and tasks over 50 ms. Runs in the page. */
function watch() {
  const drop = document.querySelector("hubferry-drop");
  const seen = { pictures: 0, renderings: 0, listings: 0, mostRows: 0, tasks: [], from: 0 };
  globalThis.listWatch = seen;
  const count = (element, name) => {
    const { performUpdate } = element;
    element.performUpdate = function () {
      seen[name] += 1;
      return performUpdate.call(this);
    };
  };
  count(drop, "renderings");
  const picture = () => {
    seen.pictures += 1;
    const list = drop.shadowRoot.querySelector("hubferry-rows");
    if (list !== null && !list.isWatched) {
      list.isWatched = true;
      count(list, "listings");
    }
    seen.mostRows = Math.max(seen.mostRows, list?.querySelectorAll("[role=listitem]").length ?? 0);
    requestAnimationFrame(picture);
  };
  requestAnimationFrame(picture);
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries())
      if (startTime >= seen.from) seen.tasks.push(Math.round(duration));
  }).observe({ type: "longtask", buffered: false });
}

/** Begins a watched part; what came before does not count. */
const begin = (page) =>
  page.page.evaluate(() =>
    Object.assign(globalThis.listWatch, {
      pictures: 0,
      renderings: 0,
      listings: 0,
      mostRows: 0,
      tasks: [],
      from: performance.now(),
    }),
  );

/** What was seen since, with how long it took. */
async function seen(page) {
  // A task is told of after it has ended.
  await page.page.waitForTimeout(300);
  return await page.page.evaluate(() => ({
    ...globalThis.listWatch,
    seconds: (performance.now() - globalThis.listWatch.from) / 1000,
  }));
}

/** Brings the page through a push of many files; gives what was seen of each part, by name. The last requests are held back. */
export async function watchLongList(browser, hub, { rows = ROWS, seconds = 5 } = {}) {
  const page = await openPage(browser, hub);
  const parts = {};
  const part = async (name, act) => {
    await begin(page);
    await act();
    parts[name] = await seen(page);
  };
  try {
    await page.page.evaluate(takeFiles, rows);
    await page.page.getByRole("heading", { name: /^100,000 files|^\d[\d,]* files/ }).waitFor({ timeout: 180_000 });
    await page.fill({ repo: `${hub.user}/crowd-${Date.now()}` });
    await page.page.evaluate(watch);
    // Files move on while the list is looked at: those asked for first get an answer, the others wait.
    await hub.order({ route: "preupload", skip: 40, fault: { kind: "stall" } });
    await part("begun", async () => {
      await page.push();
      await page.stage("uploading");
      await until(async () => (await hub.requests()).some(({ route }) => route === "preupload"));
    });
    const list = page.page.getByRole("list", { name: "Files of this push" });
    await part("events", () => page.page.waitForTimeout(1000 * seconds));
    await part("scrolled", async () => {
      await list.hover();
      for (let i = 0; i < 40; i++) await page.page.mouse.wheel(0, 3_000);
      await list.evaluate((element) => (element.scrollTop = element.scrollHeight));
    });
    await part("searched", async () => {
      await page.page.getByLabel("Find a file of this push").pressSequentially("099");
      await until(() => list.evaluate((element) => element.count > 0 && element.count < 5_000));
    });
    await part("filtered", async () => {
      await page.page.getByRole("button", { name: /^Waiting/ }).click();
      await page.page.getByRole("button", { name: /^All/ }).click();
    });
    await part("paused", async () => {
      await page.press("Pause");
      await page.page.getByText("Nothing is sent until you go on").waitFor();
    });
    return { parts, complaints: page.complaints };
  } finally {
    await page.close();
    await hub.heal();
  }
}
