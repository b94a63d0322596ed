// A page that pushes while the network comes and goes, or is to be left to others.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startBrowser } from "../harness/browser.mjs";
import { bundle } from "../harness/bundle.mjs";
import { temporaryFolder } from "../harness/environment.mjs";
import { commits } from "../harness/git.mjs";
import { startHub } from "../harness/hub.mjs";
import { until } from "../harness/until.mjs";
import { pageWatch } from "../harness/watch.mjs";

const MIB = 1024 * 1024;

describe("a push of a page", () => {
  let hub;
  let browser;
  before(async () => {
    const source = join(temporaryFolder("network-page"), "source");
    mkdirSync(source);
    writeFileSync(join(source, "push.html"), '<!doctype html><script type="module" src="./push.js"></script>');
    writeFileSync(join(source, "push.js"), 'import * as hubferry from "hubferry"; window.hubferry = hubferry;');
    hub = await startHub({ page: await bundle({ from: source, pages: ["push.html"], into: join(source, "../dist") }) });
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  /** Begins to push so many files of noise, by Xet or by LFS; what the job tells is in the page's `told`. */
  const begin = async (repo, { useXet, count, size, limit }) => {
    await hub.create(repo);
    const context = await browser.newContext();
    await context.addInitScript(pageWatch);
    const page = await context.newPage();
    await page.goto(`${hub.url}/push.html`);
    await page.waitForFunction(() => window.hubferry !== undefined);
    await hub.forget();
    const options = { repo: hub.repo(repo), hubUrl: hub.url, accessToken: hub.token, useXet };
    await page.evaluate(
      ({ options, count, size, limit }) => {
        const noise = () => {
          const bytes = new Uint8Array(size);
          for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
          return new Blob([bytes]);
        };
        const files = Array.from({ length: count }, (_, i) => ({ path: `${i}.bin`, content: noise() }));
        const job = window.hubferry.uploadFiles({ ...options, files });
        job.limitSpeed(limit);
        window.job = job;
        window.told = [];
        window.states = [];
        window.outcome = (async () => {
          for await (const event of job) {
            window.states.push(job.progress.state);
            if (event.event === "warning") window.told.push(event.code);
          }
          return await job;
        })().catch((error) => ({ error: `${error.name}: ${error.message}` }));
      },
      { options, count, size, limit },
    );
    return { page, context };
  };
  const asked = async () => (await hub.requests()).filter(({ method }) => method !== "OPTIONS");

  for (const useXet of [true, false]) {
    const way = useXet ? "Xet" : "LFS";

    test(`by ${way} waits while there is no connection, and goes on by itself`, async () => {
      const repo = `offline-${way}`;
      await hub.slowDown({ latencyMs: 400 });
      const { page, context } = await begin(repo, { useXet, count: 8, size: 3 * MIB });
      await until(async () => (await asked()).length >= 3);
      await context.setOffline(true);
      await page.waitForFunction(() => window.job.progress.state === "offline");
      const before = (await asked()).length;
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      const meanwhile = (await asked()).length - before;
      assert.ok(meanwhile <= 2, `${meanwhile} requests arrived while there was no connection`);
      await context.setOffline(false);
      const output = await page.evaluate(() => window.outcome);
      assert.equal(output.error, undefined);
      assert.equal(commits(hub.repoFolder(repo))[0].oid, output.commit.oid);
      assert.equal(output.verified, true);
      assert.deepEqual(await page.evaluate(() => window.told), ["offline"]);
      await hub.slowDown({});
      await context.close();
    });

    test(`by ${way} keeps to a limit of its speed`, async () => {
      const limit = 2 * MIB;
      const { page, context } = await begin(`limit-${way}`, { useXet, count: 5, size: 2 * MIB, limit });
      const begun = performance.now();
      const output = await page.evaluate(() => window.outcome);
      assert.equal(output.error, undefined);
      const seconds = (performance.now() - begun) / 1000;
      const largest = Math.max(...(await asked()).map(({ requestBytes }) => requestBytes));
      // The last body need not be paid for.
      const least = (output.bytes.sent - largest) / limit;
      assert.ok(seconds > least - 0.2, `${output.bytes.sent} bytes in ${seconds} s`);
      await context.close();
    });
  }
});
