// What a push does inside the browser: where it computes, whom it talks to, what becomes of file names.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { openPage, startBrowser } from "../harness/browser.mjs";
import { temporaryFolder } from "../harness/environment.mjs";
import { fixtureFiles, HTML_NAME, noise, prose, writeFolder } from "../harness/fixture.mjs";
import { startHub } from "../harness/hub.mjs";
import { netlogFlags, requestsOf } from "../harness/netlog.mjs";
import { checkPageReads, checkRepo } from "../harness/pushed.mjs";
import { watchedPage } from "../harness/watch.mjs";

const files = fixtureFiles({ largeBytes: 3_000_000 });
files.delete("texts/large.txt");
/** What of the engine digests, encodes or packs. */
const COMPUTING = /hasher|crowd|base64|packer|authority/i;
const below = (counts = {}) => Object.keys(counts).sort();

describe("inside the browser", () => {
  const folder = join(temporaryFolder("structure"), `from ${HTML_NAME}`);
  const netlog = join(temporaryFolder("netlog"), "netlog.json");
  let hub;
  let browser;
  before(async () => {
    writeFolder(folder, files);
    hub = await startHub({ page: watchedPage() });
    browser = await startBrowser({ flags: netlogFlags(netlog) });
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  const push = async (name, look, options) => {
    const page = await openPage(browser, hub, options);
    try {
      await page.drop([folder]);
      await page.fill({ repo: `${hub.user}/${name}` });
      await look?.(page);
      await page.push();
      await page.stage("done");
      await look?.(page);
      assert.deepEqual(page.complaints, []);
      return await page.watched();
    } finally {
      await page.close();
    }
  };

  test("hashing and reading happen in workers only", async () => {
    const { seen, violations } = await push("workers");
    assert.deepEqual(violations, []);
    // The names are known once, from the workers; on the page's own thread none of them may be called.
    const hashers = below(seen.worker.wasm).filter((name) => COMPUTING.test(name));
    assert.ok(
      hashers.some((name) => /packer.*feed/i.test(name)),
      `workers call ${hashers}`,
    );
    assert.ok(
      hashers.some((name) => /gitblob.*update/i.test(name)),
      `workers call ${hashers}`,
    );
    assert.deepEqual(
      below(seen.page.wasm).filter((name) => COMPUTING.test(name)),
      [],
    );
    assert.equal(seen.page.digest, undefined);
    checkPageReads(seen.page.read, files);
    checkRepo(hub.repoFolder("workers"), files);
  });

  test("without workers it works on the page's own thread, and the watch above would see it", async () => {
    const prepare = (context) => context.addInitScript(() => delete globalThis.Worker);
    const { seen } = await push("in-place", undefined, { prepare });
    assert.deepEqual(seen.worker, {});
    assert.ok(
      below(seen.page.wasm).some((name) => /packer.*feed/i.test(name)),
      `the page calls ${below(seen.page.wasm)}`,
    );
    assert.ok(seen.page.read.arrayBuffer > 0);
    checkRepo(hub.repoFolder("in-place"), files);
  });

  test("file names are text", async () => {
    await push("names", async ({ page }) => {
      const injected = await page.locator("hubferry-drop").evaluate((drop) => {
        const found = [];
        const walk = (node) => {
          for (const element of node.querySelectorAll("*")) {
            if (["IMG", "B", "SCRIPT", "IFRAME"].includes(element.tagName)) found.push(element.outerHTML);
            if (element.shadowRoot !== null) walk(element.shadowRoot);
          }
        };
        walk(drop.shadowRoot);
        return found;
      });
      assert.deepEqual(injected, []);
    });
  });

  test("the list shows names as they are", async () => {
    const page = await openPage(browser, hub);
    try {
      await page.drop([folder]);
      await page.stage("review");
      assert.ok((await page.text()).includes(`from ${HTML_NAME}`));
    } finally {
      await page.close();
    }
  });

  test("the browser talks to the Hub and its store only, and the token goes to the Hub only", async () => {
    const large = join(temporaryFolder("large"), "one");
    writeFolder(
      large,
      new Map([
        ["a.bin", noise(100_000, 3)],
        ["b.txt", prose(500, 4)],
      ]),
    );
    const page = await openPage(browser, hub);
    await page.drop([large]);
    await page.fill({ repo: `${hub.user}/talk` });
    await page.push();
    await page.stage("done");
    const stored = await page.page.evaluate(async () => {
      const settled = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
      const kept = [];
      for (const { name } of await indexedDB.databases()) {
        const db = await settled(indexedDB.open(name));
        for (const store of db.objectStoreNames)
          kept.push(...(await settled(db.transaction(store).objectStore(store).getAll())));
        db.close();
      }
      return [
        ...Object.values(localStorage),
        ...Object.values(sessionStorage),
        ...kept,
        ...(await caches.keys()),
        document.cookie,
      ];
    });
    assert.deepEqual(stored, [""], "nothing of a push that has ended stays on the device");
    await page.close();
    // The log is complete when the browser has gone.
    await browser.close();
    browser = undefined;

    const origins = new Set();
    const withToken = new Set();
    for (const { url, headers } of requestsOf(netlog)) {
      const { origin, protocol, href } = new URL(url);
      if (!["http:", "https:", "ws:", "wss:"].includes(protocol)) continue;
      origins.add(origin);
      if (headers.some(([, value]) => value.includes(hub.token)) || href.includes(hub.token)) withToken.add(origin);
      assert.ok(!headers.some(([name]) => name === "cookie"), url);
    }
    assert.deepEqual([...withToken], [hub.url]);
    assert.deepEqual([...origins].sort(), [hub.url, hub.casUrl].sort());
    assert.notEqual(new URL(hub.casUrl).hostname, new URL(hub.url).hostname);
    const logged = await hub.requests();
    const authorized = logged.filter(({ authorization }) => authorization !== null);
    // The content store has tokens of its own.
    assert.ok(authorized.length > 0 && authorized.every(({ face }) => face !== "store"));
  });
});
