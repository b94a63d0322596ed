// What a running push asks of its page: a title that tells how far it is, a question before the page is left, and a screen that stays on;
// all of it only as long as it is of use.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { openPage, startBrowser } from "../harness/browser.mjs";
import { temporaryFolder } from "../harness/environment.mjs";
import { noise, writeFolder } from "../harness/fixture.mjs";
import { startHub } from "../harness/hub.mjs";
import { until } from "../harness/until.mjs";

/** Counts the locks on the screen that the page has. Runs in the page before its own scripts. */
function countLocks() {
  globalThis.screenLocks = 0;
  const { wakeLock } = navigator;
  const request = wakeLock.request.bind(wakeLock);
  wakeLock.request = async (type) => {
    const lock = await request(type);
    globalThis.screenLocks += 1;
    lock.addEventListener("release", () => (globalThis.screenLocks -= 1));
    return lock;
  };
}

/** What the page is held by now. */
const held = (page) =>
  page.page.evaluate(() => ({
    asks: !window.dispatchEvent(new Event("beforeunload", { cancelable: true })),
    locks: globalThis.screenLocks,
    title: document.title.replace(/^\d+%/, "N%"),
  }));

describe("a page", () => {
  let hub;
  let browser;
  const folder = join(temporaryFolder("held"), "tides");
  before(async () => {
    writeFolder(folder, new Map([["weights.bin", noise(3_000_000, 5)]]));
    hub = await startHub();
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  test("is held while a push runs, and let go with it", async () => {
    const page = await openPage(browser, hub, { prepare: (context) => context.addInitScript(countLocks) });
    const becomes = async (asks, locks, title) => {
      const wanted = { asks, locks, title };
      await until(async () => JSON.stringify(await held(page)) === JSON.stringify(wanted)).catch(async () => {
        assert.deepEqual(await held(page), wanted);
      });
    };
    try {
      await becomes(false, 0, "hubferry");
      await page.drop([folder]);
      await page.fill({ repo: `${hub.user}/held` });
      await becomes(false, 0, "Ready to push · hubferry");
      await hub.order({ route: "cas.xorb", fault: { kind: "stall" } });
      await page.push();
      await page.stage("uploading");
      await becomes(true, 1, "N% · hubferry");
      await page.press("Pause");
      await becomes(true, 0, "Paused · hubferry");
      await page.press("Go on");
      await becomes(true, 1, "N% · hubferry");
      await page.page.locator(".pace summary").click();
      await page.page.getByLabel("Keep the screen on").click();
      await becomes(true, 0, "N% · hubferry");
      await page.press("Cancel");
      await page.stage("cancelled");
      await becomes(false, 0, "Cancelled · hubferry");
      assert.deepEqual(page.complaints, []);
    } finally {
      await hub.heal();
      await page.close();
    }
  });
});
