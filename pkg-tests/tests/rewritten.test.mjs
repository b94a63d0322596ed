// A large file that somebody writes to, or cuts, while the page of Chromium reads it: it is left behind, with what is wrong, and
// nothing of it is in the repo. Its bytes come by a stream, which would go on and say nothing.
import assert from "node:assert/strict";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startBrowser, openPage } from "../harness/browser.mjs";
import { temporaryFolder } from "../harness/environment.mjs";
import { noise } from "../harness/fixture.mjs";
import { commits } from "../harness/git.mjs";
import { startHub } from "../harness/hub.mjs";
import { until } from "../harness/until.mjs";

const MIB = 1024 * 1024;

describe("a file that changes while it is read", () => {
  let hub;
  let browser;
  before(async () => {
    hub = await startHub();
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  // Two lanes share it.
  for (const [size, change] of [
    [80, "rewritten"],
    [80, "cut"],
  ])
    test(`${size} MiB, ${change}`, async () => {
      const repo = `${change}-${size}`;
      const file = join(temporaryFolder(repo), "weights.bin");
      const content = noise(size * MIB, size);
      writeFileSync(file, content);
      await hub.create(repo);
      await hub.forget();
      // So slow that the store keeps it from being read to its end.
      await hub.slowDown({ uploadBytesPerSecond: 4 * MIB });
      const page = await openPage(browser, hub);
      await page.drop([file]);
      await page.fill({ repo: `${hub.user}/${repo}` });
      await page.push();
      const isSending = ({ route, method }) => route === "cas.xorb" && method === "POST";
      await until(async () => (await hub.requests()).some(isSending), 30);
      if (change === "cut") truncateSync(file, 20 * MIB);
      else writeFileSync(file, content.fill(1, 24 * MIB));
      await hub.slowDown({});
      await page.stage("done", 40_000);
      assert.match(await page.text(), /Nothing was pushed to .* No commit was made/);
      assert.match(await page.text(), /weights\.bin — changed while it was read/);
      assert.equal(commits(hub.repoFolder(repo)).length, 1, "the Hub's own commit");
    });
});
