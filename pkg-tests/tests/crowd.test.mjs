// Fifty thousand files in five hundred folders: listed, looked at and checked, with a page that holds only what can be seen.
// How long it takes is told, not asserted: figures belong to a quiet machine.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { openPage } from "../harness/browser.mjs";
import { keptFolder } from "../harness/environment.mjs";
import { hubAndBrowser } from "../harness/together.mjs";

/** Rows that may exist at once: what fits into the list, and some beyond its edges. */
const MOST_ROWS = 60;

const crowd = () =>
  join(
    keptFolder("fifty-thousand-1", (into) => {
      for (let i = 0; i < 500; i++) {
        const part = join(into, "crowd", i % 2 === 0 ? "even" : "odd", `part-${String(i).padStart(3, "0")}`);
        mkdirSync(part, { recursive: true });
        for (let j = 0; j < 100; j++) writeFileSync(join(part, `record-${String(j).padStart(2, "0")}.dat`), `${i}\n`);
      }
    }),
    "crowd",
  );

/** Notes tasks that keep the page from answering. Runs in the page. */
function watchTasks() {
  globalThis.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) globalThis.longTasks.push(Math.round(duration));
  }).observe({ type: "longtask", buffered: false });
}

describe("fifty thousand files", () => {
  const both = hubAndBrowser();

  test("are listed, opened, taken out and put back", async (context) => {
    const folder = crowd();
    const page = await openPage(both.browser, both.hub);
    const { keyboard } = page.page;
    const tree = page.page.getByRole("tree", { name: "Files to push" });
    const rows = () => page.page.locator("hubferry-drop [role=treeitem]").count();
    const step = async (name, act, done) => {
      await page.page.evaluate(() => (globalThis.longTasks.length = 0));
      const started = performance.now();
      await act();
      await done();
      const took = Math.round(performance.now() - started);
      // A task is told of after it has ended.
      await page.page.waitForTimeout(300);
      const long = await page.page.evaluate(() => globalThis.longTasks);
      const found = await rows();
      assert.ok(found > 0 && found <= MOST_ROWS, `${found} rows exist`);
      context.diagnostic(`${name}: ${took} ms, ${found} rows, tasks over 50 ms: ${long.join(", ") || "none"}`);
    };
    // Asking the system for each file of a drop takes its time, most of all on a busy machine.
    const counts = (words) => () => page.page.getByRole("heading", { name: words }).waitFor({ timeout: 180_000 });
    try {
      await page.page.evaluate(watchTasks);
      await step("listed", () => page.drop([folder]), counts(/^50,000 files/));
      await tree.focus();
      await step(
        "half of the folders opened",
        async () => {
          // Into the first of the two; then all of its 250 folders are opened at once.
          await keyboard.press("Home");
          await keyboard.press("ArrowRight");
          await keyboard.press("ArrowDown");
          await keyboard.press("*");
        },
        () => tree.locator("[aria-level='3']").first().waitFor(),
      );
      await step(
        "to the end and back",
        () => keyboard.press("End"),
        () => keyboard.press("Home"),
      );
      await step("25,000 taken out", () => keyboard.press("Delete"), counts(/^25,000 files/));
      await step("put back", () => page.press("Undo"), counts(/^50,000 files/));
      await step(
        "by a pattern",
        async () => {
          await page.page.getByText("Options").click();
          await page.page.getByLabel("Leave out").fill("odd/*");
        },
        counts(/^25,000 files/),
      );
      assert.deepEqual(page.complaints, []);
    } finally {
      await page.close();
    }
  });
});
