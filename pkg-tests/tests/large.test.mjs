// One file larger than memory may grow, half noise and half hole, through the page to the LFS store. At full size (`make soak`) it has
// 5 GiB, otherwise 512 MiB; the memory that the page may take is the same. Nobody watches the browser's network meanwhile: that would
// copy every body.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { closeSync, createReadStream, existsSync, ftruncateSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { FULL, temporaryFolder } from "../harness/environment.mjs";
import { noise } from "../harness/fixture.mjs";
import { blob, commits, tree } from "../harness/git.mjs";
import { startHub } from "../harness/hub.mjs";
import { startMeasured } from "../harness/pipe.mjs";
import { until } from "../harness/until.mjs";

const MIB = 1024 * 1024;
const BYTES = (FULL ? 5120 : 512) * MIB;
/** What a push may add to the memory of an idle page. */
const GROWTH_MIB = 230;

const folder = temporaryFolder("large-file");
const file = join(folder, "half sparse.bin");
let hub;
let browser;

before(async () => {
  const descriptor = openSync(file, "w");
  for (let at = 0; at < BYTES / 2; at += 16 * MIB)
    writeSync(descriptor, noise(16 * MIB, at / MIB + 1), 0, 16 * MIB, at);
  ftruncateSync(descriptor, BYTES);
  closeSync(descriptor);
  // This is about bodies that go from the disk to the LFS store by reference.
  hub = await startHub({ flags: ["--no-xet"] });
  browser = await startMeasured();
});

after(async () => {
  await browser?.close();
  await hub?.stop();
});

async function sha256() {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(file, { highWaterMark: 4 * MIB })) hash.update(piece);
  return hash.digest("hex");
}

/** The page's stage, `review`, `done` and so on. */
const stage = () => browser.evaluate(() => document.querySelector("hubferry-drop")?.getAttribute("state") ?? "");

test(`${BYTES / MIB} MiB in one file`, async (t) => {
  await browser.open(`${hub.url}/`);
  await until(async () => (await stage()) === "empty");
  await browser.evaluate(() => {
    window.longTasks = [];
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.longTasks.push(duration);
    });
    observer.observe({ entryTypes: ["longtask"] });
  });
  const idle = await browser.used();
  await browser.drop([file]);
  await until(async () => (await stage()) === "review");
  await browser.evaluate(
    (fields) => {
      const find = (node, selector) => {
        for (const element of node.querySelectorAll("*")) {
          if (element.matches(selector)) return element;
          const inner = element.shadowRoot === null ? null : find(element.shadowRoot, selector);
          if (inner !== null) return inner;
        }
        return null;
      };
      for (const [selector, value] of Object.entries(fields)) {
        const field = find(document, selector);
        field.value = value;
        field.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
        field.dispatchEvent(new Event("change", { bubbles: true, composed: true }));
      }
      find(document, "input[name=type][value=dataset]").click();
      setTimeout(() => find(document, "form button[type=submit]").click());
    },
    { "#field-token": hub.token, "#field-name": `${hub.user}/large` },
  );
  const ends = ["done", "unchanged", "failed", "cancelled"];
  await until(async () => ends.includes(await stage()), FULL ? 1800 : 240);
  assert.equal(await stage(), "done");

  const oid = await sha256();
  const repo = hub.repoFolder("large");
  assert.match(
    blob(repo, tree(repo).get("half sparse.bin").oid).toString(),
    new RegExp(`^oid sha256:${oid}$\\n^size ${BYTES}$`, "m"),
  );
  assert.ok(existsSync(join(repo, "lfs/objects", oid.slice(0, 2), oid.slice(2, 4), oid)));
  assert.equal(commits(repo).length, 2, "the first commit of every repo, and ours");
  const puts = (await hub.requests()).filter(({ route, method }) => route === "store.put" && method === "PUT");
  assert.deepEqual(
    puts.map(({ requestBytes, status }) => [requestBytes, status]),
    [[BYTES, 200]],
  );

  const { rendererPeakMiB } = await browser.used();
  const grown = rendererPeakMiB - idle.rendererPeakMiB;
  const longTasks = await browser.evaluate(() => window.longTasks);
  t.diagnostic(`the renderer grew from ${idle.rendererPeakMiB.toFixed(0)} to ${rendererPeakMiB.toFixed(0)} MiB`);
  t.diagnostic(`tasks over 50 ms: ${longTasks.map((ms) => ms.toFixed(0)).join(", ") || "none"}`);
  assert.ok(grown <= GROWTH_MIB, `the renderer grew by ${grown.toFixed(0)} MiB`);
  rmSync(file);
});
