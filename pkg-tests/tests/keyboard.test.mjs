// From the empty page to the link of the commit with the keyboard alone; the focus can be seen all the way and is never lost.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { openPage, startBrowser } from "../harness/browser.mjs";
import { temporaryFolder } from "../harness/environment.mjs";
import { noise, writeFolder } from "../harness/fixture.mjs";
import { startHub } from "../harness/hub.mjs";
import { checkHistory, checkRepo } from "../harness/pushed.mjs";
import { until } from "../harness/until.mjs";

const files = new Map([
  ["README.md", "# Tides\n"],
  ["data/one.csv", "1\n"],
  ["data/two.csv", "2\n"],
  ["data/deep/three.csv", "3\n"],
  ["notes/odd.txt", "odd\n"],
  ["weights.bin", noise(300_000, 5)],
]);

/** What has the focus, as a person perceives it. */
async function focus(page) {
  return await page.page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    if (element === null || element === document.body) return { lost: true, what: "nothing" };
    const shown = (each) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(each);
      return outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
    };
    const radio = element.matches("input[type=radio]") ? element.nextElementSibling : null;
    // A ring around the element itself, its card, or what stands for it.
    const ring = [element, element.closest(".card"), radio].some((each) => each !== null && shown(each));
    const box = element.getBoundingClientRect();
    const active = element.getAttribute("aria-activedescendant");
    const row = active === null ? null : element.querySelector(`#${CSS.escape(active)}`);
    return {
      lost: false,
      ring,
      visible: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
      tag: element.tagName.toLowerCase(),
      id: element.id,
      what: (element.getAttribute("aria-label") ?? element.textContent).replace(/\s+/g, " ").trim(),
      row: row?.querySelector(".name")?.textContent.trim(),
    };
  });
}

/** Tabs until `wanted` has the focus; every stop on the way must be one. */
async function tabTo(page, wanted, key = "Tab") {
  const seen = [];
  for (let i = 0; i < 60; i++) {
    await page.page.keyboard.press(key);
    const now = await focus(page);
    // Behind the last stop comes the browser itself, and then the page again.
    if (now.lost) continue;
    assert.ok(now.ring && now.visible, `the focus cannot be seen: ${JSON.stringify(now)}`);
    seen.push(now.what || now.id);
    if (wanted(now)) return now;
  }
  throw new Error(`not reached by ${key}; passed ${seen.join(" | ")}`);
}

/** Waits until the focus is on the heading of a new stage. */
const onHeading = (page, words) =>
  until(async () => {
    const { id, what, ring } = await focus(page);
    return id === "heading" && ring && words.test(what);
  });

describe("the keyboard alone", () => {
  let hub;
  let browser;
  const folder = join(temporaryFolder("keyboard"), "tides");
  before(async () => {
    writeFolder(folder, files);
    hub = await startHub();
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  /** Chooses the folder by the button; the system's dialog is the browser's, and answered by the test. */
  const choose = async (page) => {
    // Asked for early: the driver has to tell the browser that it will answer.
    const chooser = page.page.waitForEvent("filechooser");
    await tabTo(page, ({ what }) => what === "Choose a folder");
    await page.page.keyboard.press("Enter");
    await (await chooser).setFiles(folder);
    await page.stage("review");
    await onHeading(page, /^\d+ files?, /);
  };

  test("leads from the empty page to the commit", async () => {
    const page = await openPage(browser, hub);
    const { keyboard } = page.page;
    try {
      await choose(page);

      await tabTo(page, ({ what }) => what === "Files to push");
      const row = async () => (await focus(page)).row;
      const walk = async (key) => {
        await keyboard.press(key);
        return await row();
      };
      assert.equal(await row(), "data");
      const steps = [
        // The tree begins with all folders open.
        ["ArrowRight", "deep"],
        ["ArrowDown", "three.csv"],
        ["ArrowLeft", "deep"],
        ["ArrowLeft", "deep"],
        ["ArrowLeft", "data"],
        ["ArrowLeft", "data"],
        ["ArrowDown", "notes"],
        ["ArrowUp", "data"],
        ["ArrowRight", "data"],
        ["ArrowRight", "deep"],
        ["End", "weights.bin"],
        ["Home", "data"],
        ["r", "README.md"],
        ["Home", "data"],
        ["n", "notes"],
      ];
      for (const [key, expected] of steps) assert.equal(await walk(key), expected, key);
      await keyboard.press("Delete");
      await page.page.getByText("Removed notes").waitFor();
      assert.equal((await focus(page)).what, "Files to push", "the list keeps the focus");

      // What was taken out can be put back, and taken out again.
      await tabTo(page, ({ what }) => what === "Undo");
      await keyboard.press("Space");
      await until(async () => (await focus(page)).what === "Files to push");
      await keyboard.press("Home");
      await keyboard.press("n");
      await keyboard.press("Delete");

      await tabTo(page, ({ id }) => id === "field-token");
      await keyboard.type(hub.token);
      await tabTo(page, ({ tag, id }) => tag === "input" && id === "");
      await keyboard.press("ArrowRight");
      await tabTo(page, ({ id }) => id === "field-name");
      await keyboard.type("by-keyboard");
      await tabTo(page, ({ what }) => what === "Options");
      await keyboard.press("Enter");
      await tabTo(page, ({ id }) => id === "field-leaveOut");
      await keyboard.type("*/two.csv");
      await keyboard.press("Escape");
      assert.equal((await focus(page)).tag, "summary", "Escape folds the options and stays with them");
      await page.page.getByRole("heading", { name: /^4 files, / }).waitFor();
      await tabTo(page, ({ what }) => /^Push 4 files/.test(what));
      await keyboard.press("Enter");

      await page.stage("done");
      await onHeading(page, /Created alice\/by-keyboard and pushed to it/);
      const link = await tabTo(page, ({ what }) => what === "View the commit");
      assert.equal(link.tag, "a");
      checkHistory(hub.repoFolder("by-keyboard"), 1);
      const pushed = new Map(files);
      for (const path of ["notes/odd.txt", "data/two.csv"]) pushed.delete(path);
      checkRepo(hub.repoFolder("by-keyboard"), pushed);
      assert.deepEqual(page.complaints, []);
    } finally {
      await page.close();
    }
  });

  test("keeps its place when a field is wrong, when a push is paused, fails and is cancelled", async () => {
    const page = await openPage(browser, hub);
    const { keyboard } = page.page;
    try {
      await choose(page);
      await tabTo(page, ({ what }) => /^Push 6 files/.test(what));
      await keyboard.press("Enter");
      await until(async () => (await focus(page)).id === "field-token");
      await keyboard.type("hf_nobodyHasThisToken");
      await tabTo(page, ({ id }) => id === "field-name");
      await keyboard.type("alice/kept");
      // In a field, Enter pushes.
      await keyboard.press("Enter");
      await page.stage("failed");
      await onHeading(page, /did not accept the token/);
      await keyboard.press("Escape");
      await onHeading(page, /^6 files, /);

      await hub.order({ route: "cas.xorb", fault: { kind: "stall" } });
      await tabTo(page, ({ id }) => id === "field-token");
      await keyboard.press("Control+A");
      await keyboard.type(hub.token);
      await keyboard.press("Enter");
      await page.stage("uploading");
      await onHeading(page, /alice\/kept/);
      await tabTo(page, ({ what }) => what === "Pause");
      await keyboard.press("Space");
      await until(async () => (await focus(page)).what === "Go on");
      await keyboard.press("Escape");
      await page.stage("uploading");
      await keyboard.press("Space");
      await until(async () => (await focus(page)).what === "Pause");
      await tabTo(page, ({ what }) => what === "Cancel");
      await keyboard.press("Enter");
      await page.stage("cancelled");
      await onHeading(page, /Cancelled/);
      await keyboard.press("Escape");
      await onHeading(page, /^6 files, /);
      await tabTo(page, ({ what }) => what === "Clear all", "Shift+Tab");
      await keyboard.press("Enter");
      await page.stage("empty");
      await onHeading(page, /Drop files/);
      assert.deepEqual(page.complaints, []);
    } finally {
      await hub.heal();
      await page.close();
    }
  });

  test("finds a file of a running push, and changes its speed", async () => {
    const many = join(temporaryFolder("keyboard"), "many");
    writeFolder(many, new Map(Array.from({ length: 30 }, (_, i) => [`part-${i}.bin`, noise(60_000, i + 1)])));
    const page = await openPage(browser, hub);
    const { keyboard } = page.page;
    const listed = () => page.page.locator("hubferry-rows").evaluate((list) => list.count);
    try {
      await page.drop([many]);
      await page.fill({ repo: `${hub.user}/found` });
      await hub.order({ route: "cas.xorb", fault: { kind: "stall" } });
      await page.push();
      await page.stage("uploading");
      await page.page.getByRole("button", { name: "Pause" }).waitFor();
      await tabTo(page, ({ what }) => what === "Speed");
      await keyboard.press("Enter");
      // Radio buttons are one stop; the arrow keys choose.
      await tabTo(page, ({ tag, id }) => tag === "input" && id === "");
      await keyboard.press("ArrowRight");
      await page.page.locator(".pace summary").getByText("gentle").waitFor();
      await tabTo(page, ({ id }) => id === "field-limit");
      await keyboard.type("5 MB");
      await page.page.locator(".pace summary").getByText("at most 5 MB/s").waitFor();
      await keyboard.press("Escape");
      assert.equal((await focus(page)).tag, "summary", "Escape folds the speed and stays with it");
      await tabTo(page, ({ what }) => what.startsWith("Failed"));
      await keyboard.press("Enter");
      await until(async () => (await listed()) === 0);
      await tabTo(page, ({ what }) => what.startsWith("All"), "Shift+Tab");
      await keyboard.press("Space");
      await until(async () => (await listed()) === 30);
      await tabTo(page, ({ id }) => id === "find-file");
      await keyboard.type("part-1");
      await until(async () => (await listed()) === 11);
      await tabTo(page, ({ what }) => what === "Files of this push");
      await keyboard.press("End");
      await page.press("Cancel");
      await page.stage("cancelled");
      assert.deepEqual(page.complaints, []);
    } finally {
      await hub.heal();
      await page.close();
    }
  });
});
