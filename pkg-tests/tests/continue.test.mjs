// A push through the page that is cut off by a reload is continued: by the folder's handle with one click, or by choosing the folder once
// more. What was done is not sent again, and there is one commit.
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { openPage, startBrowser } from "../harness/browser.mjs";
import { temporaryFolder } from "../harness/environment.mjs";
import { noise, writeFolder } from "../harness/fixture.mjs";
import { startHub } from "../harness/hub.mjs";
import { checkHistory, checkRepo } from "../harness/pushed.mjs";
import { until } from "../harness/until.mjs";

const FILES = 12;
const SIZE = 8_000_000;
const names = Array.from({ length: FILES }, (_, i) => `step-${String(i + 1).padStart(2, "0")}.bin`);
/** The files of a folder; others for each seed, because what the store holds of one push is not sent by the next. */
const filesOf = (seed) =>
  new Map([
    ["README.md", Buffer.from(`# A long run, ${seed}\n`)],
    ...names.map((name, i) => [`steps/${name}`, noise(SIZE, seed + i)]),
  ]);

/** Makes the same folder in the origin's private storage; gives nothing back, the element takes its handle. Runs in the page. */
async function takePrivateFolder({ names, size, seed }) {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle("long run", { create: true });
  const write = async (directory, name, content) => {
    const file = await directory.getFileHandle(name, { create: true });
    const writable = await file.createWritable();
    await writable.write(content);
    await writable.close();
  };
  await write(folder, "README.md", `# A long run, ${seed}\n`);
  const steps = await folder.getDirectoryHandle("steps", { create: true });
  for (const [i, name] of names.entries()) {
    const words = new Uint32Array(Math.ceil(size / 4));
    let x = seed + i;
    for (let at = 0; at < words.length; at++) {
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      words[at] = x;
    }
    await write(steps, name, new Uint8Array(words.buffer, 0, size));
  }
  document.querySelector("hubferry-drop").take(folder);
}

describe("a push that a reload has cut off", () => {
  let hub;
  let browser;
  const work = temporaryFolder("continue");
  const other = join(work, "another");
  before(async () => {
    writeFolder(other, new Map([["README.md", "# Another\n"]]));
    hub = await startHub();
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  /** A folder on the disk, in one around it. */
  const onDisk = (seed) => {
    const folder = join(work, `around-${seed}`, "long run");
    writeFolder(folder, filesOf(seed));
    return folder;
  };

  const xorbs = async () =>
    (await hub.requests()).filter(({ route, status }) => route === "cas.xorb" && status === 200);
  const sum = (requests) => requests.reduce((total, { requestBytes }) => total + requestBytes, 0);

  /** Fills in the form, pushes, and reloads when some of it is stored; gives the bytes that were stored. */
  async function cutOff(page, repo) {
    await page.fill({ repo: `${hub.user}/${repo}` });
    await hub.forget();
    await hub.order({ route: "cas.xorb", skip: 1, fault: { kind: "stall" } });
    await page.push();
    await page.stage("uploading");
    await until(async () => (await xorbs()).length >= 1);
    // What is remembered is written a few times a second.
    await page.page.waitForTimeout(1_500);
    assert.equal(await page.reload(), true, "the page asks before it is left");
    await page.stage("empty");
    await hub.heal();
    const stored = sum(await xorbs());
    await hub.forget();
    await page.page.getByText("A push has not ended").waitFor();
    return stored;
  }

  async function isContinued(page, repo, stored, files) {
    await page.stage("done");
    checkHistory(hub.repoFolder(repo), 1);
    checkRepo(hub.repoFolder(repo), files);
    const total = FILES * SIZE;
    const again = sum(await xorbs());
    assert.ok(stored > 0 && again <= 1.02 * total - stored, `${again} bytes were sent after ${stored} of ${total}`);
    assert.deepEqual(page.complaints, []);
    await page.press("Upload more");
    await page.stage("empty");
    assert.equal(await page.page.getByText("A push has not ended").count(), 0, "it has ended now");
  }

  test("is continued with one click where the folder can be read again", async () => {
    const page = await openPage(browser, hub);
    try {
      await page.page.evaluate(takePrivateFolder, { names, size: SIZE, seed: 100 });
      await page.stage("review");
      const stored = await cutOff(page, "by-handle");
      await page.page.locator("hubferry-drop").evaluate((drop, token) => (drop.accessToken = token), hub.token);
      await page.press("Continue the push to alice/by-handle");
      await isContinued(page, "by-handle", stored, filesOf(100));
    } finally {
      await hub.heal();
      await page.close();
    }
  });

  test("is continued by choosing the folder, or the one around it; another one is told", async () => {
    const page = await openPage(browser, hub);
    const folder = onDisk(200);
    try {
      await page.drop([folder]);
      await page.stage("review");
      const stored = await cutOff(page, "by-hand");
      await page.press("Continue the push to alice/by-hand");
      await page.stage("again");
      await page.drop([other]);
      await page.page.getByText("another is not the folder that this push was made of").waitFor();
      await page.drop([dirname(folder)]);
      await page.stage("review");
      await page.page.getByText("Continues the push to").waitFor();
      assert.equal(await page.page.locator("#field-name").inputValue(), "alice/by-hand");
      await page.page.locator("#field-token").fill(hub.token);
      await page.push();
      await isContinued(page, "by-hand", stored, filesOf(200));
    } finally {
      await hub.heal();
      await page.close();
    }
  });

  test("is forgotten when the person discards it", async () => {
    const page = await openPage(browser, hub);
    try {
      await page.drop([onDisk(300)]);
      await page.stage("review");
      await cutOff(page, "discarded");
      await page.press("Discard the push to alice/discarded");
      await until(async () => (await page.page.getByText("A push has not ended").count()) === 0);
      await page.page.reload();
      await page.stage("empty");
      await page.page.waitForTimeout(500);
      assert.equal(await page.page.getByText("A push has not ended").count(), 0);
    } finally {
      await hub.heal();
      await page.close();
    }
  });

  test("is waited for by a second tab that makes the same push", async () => {
    const page = await openPage(browser, hub);
    const folder = onDisk(400);
    try {
      await hub.create("two-tabs");
      await page.drop([folder]);
      await page.fill({ repo: `${hub.user}/two-tabs` });
      await hub.forget();
      await hub.order({ route: "cas.xorb", skip: 1, fault: { kind: "stall" } });
      await page.push();
      await until(async () => (await xorbs()).length >= 1);
      const second = await page.another();
      await second.drop([folder]);
      await second.fill({ repo: `${hub.user}/two-tabs` });
      await second.push();
      await second.page.getByText("Waiting for another tab").waitFor();
      await page.press("Cancel");
      await page.stage("cancelled");
      await hub.heal();
      await second.stage("done");
      checkHistory(hub.repoFolder("two-tabs"), 1);
      checkRepo(hub.repoFolder("two-tabs"), filesOf(400));
    } finally {
      await hub.heal();
      await page.close();
    }
  });
});
