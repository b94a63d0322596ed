// The plug is pulled in the middle of a push through the page, again and again: the browser is killed, comes back, and somebody drops
// the folder again and pushes on. Then the Hub is killed instead. What was read and sent again is counted by the page's blobs and by
// the Hub. At full size (HUBFERRY_FULL=1) 2 GiB in 500 files, and ten kills.
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { startBrowser, openPage } from "../harness/browser.mjs";
import { FULL, temporaryFolder } from "../harness/environment.mjs";
import { prose } from "../harness/fixture.mjs";
import { commits } from "../harness/git.mjs";
import { startHub } from "../harness/hub.mjs";
import { openWithProfile, unlike, writeFiles } from "../harness/plug.mjs";
import { checkRepo } from "../harness/pushed.mjs";
import { until } from "../harness/until.mjs";
import { watchedPage } from "../harness/watch.mjs";

const MIB = 1024 * 1024;
const KILLS = FULL ? 10 : 5;

/** What may be read or sent again per kill: two lanes, two xorbs each, and what is on its way between them. */
const PER_KILL = 2 * 2 * 15 * MIB + 16 * MIB;

/** One file larger than several xorbs, many of a few chunks to a xorb, small ones that share xorbs, and texts that go inline. */
const files = new Map([
  ["large.bin", unlike((FULL ? 768 : 56) * MIB + 12_345, "large")],
  ...Array.from({ length: FULL ? 240 : 11 }, (_, i) => [`middle/${i}.bin`, unlike(5 * MIB + 101 * i, `middle ${i}`)]),
  ...Array.from({ length: FULL ? 200 : 40 }, (_, i) => [`small/${i}.bin`, unlike(400_000 + 7 * i, `small ${i}`)]),
  ...Array.from({ length: FULL ? 59 : 30 }, (_, i) => [`notes/${i}.txt`, prose(2_000, i + 1)]),
]);
const total = [...files.values()].reduce((sum, { length }) => sum + length, 0);
const inline = [...files].filter(([path]) => path.endsWith(".txt")).reduce((sum, [, { length }]) => sum + length, 0);

describe("the plug is pulled", () => {
  const folder = join(temporaryFolder("plug"), "tides");
  before(() => {
    writeFiles(folder, files);
  });

  /** Sums of what the store took, and whether it was given anything twice. */
  const stored = (requests) => {
    const taken = requests.filter(({ route, status }) => route === "cas.xorb" && status === 200);
    const paths = taken.map(({ path }) => path);
    return {
      bytes: taken.reduce((sum, { requestBytes }) => sum + requestBytes, 0),
      again: paths.length - new Set(paths).size,
      sent: requests
        .filter(({ route, method }) => route === "cas.xorb" && method === "POST")
        .reduce((sum, { requestBytes }) => sum + requestBytes, 0),
    };
  };

  test("of the browser: it goes on where it was, and reads and sends little again", async () => {
    const hub = await startHub({ page: watchedPage() });
    const profile = temporaryFolder("profile");
    const read = [];
    let browser;
    try {
      await hub.create("plug");
      await hub.slowDown({ uploadBytesPerSecond: (FULL ? 60 : 16) * MIB });
      for (let run = 0; run <= KILLS; run++) {
        browser = await openWithProfile(profile, hub);
        await browser.page.drop([folder]);
        await browser.page.fill({ repo: `${hub.user}/plug`, title: "Tides" });
        await browser.page.push();
        if (run === KILLS) {
          await browser.page.stage("done");
          read.push(await browser.read());
          break;
        }
        const goal = (total * (run + 1)) / (KILLS + 1);
        let last = 0;
        await until(
          async () => {
            last = await browser.read();
            return stored(await hub.requests()).bytes >= goal;
          },
          FULL ? 600 : 60,
        );
        read.push(last);
        await browser.kill();
      }
      const { bytes, again, sent } = stored(await hub.requests());
      const report = `read ${read.map((each) => (each / MIB).toFixed(1)).join(" + ")} MiB of ${(total / MIB).toFixed(1)}; stored ${(bytes / MIB).toFixed(1)}, sent ${(sent / MIB).toFixed(1)} MiB`;
      console.log(`# ${report}`);
      // The review looks into small files each time, and inline ones are read for their type and for the commit.
      const small = [...files.values()]
        .filter(({ length }) => length <= 256 * 1024)
        .reduce((sum, { length }) => sum + length, 0);
      const looks = (KILLS + 1) * (small + 2 * inline);
      assert.ok(read.reduce((sum, each) => sum + each, 0) <= total + KILLS * PER_KILL + looks, report);
      assert.ok(sent <= total + KILLS * PER_KILL, report);
      // What was stored in the moment of the kill was not written down yet: of each lane one or two.
      assert.ok(again <= KILLS * 4, `${again} xorbs were stored twice; ${report}`);
      const repo = hub.repoFolder("plug");
      checkRepo(repo, files);
      // The Hub's own commit, and ours.
      assert.deepEqual(
        commits(repo)
          .map(({ title }) => title.replace(/ \(part \d+\)$/, ""))
          .slice(0, -1),
        ["Tides"],
      );
    } finally {
      await browser?.close();
      await hub.stop();
    }
  });

  test("of the Hub: the page waits, and goes on when it is back", async () => {
    const hub = await startHub({ page: watchedPage() });
    const browser = await startBrowser();
    try {
      await hub.create("plug");
      await hub.slowDown({ uploadBytesPerSecond: (FULL ? 60 : 16) * MIB });
      const page = await openPage(browser, hub);
      await page.drop([folder]);
      await page.fill({ repo: `${hub.user}/plug`, title: "Tides" });
      await page.push();
      for (let kill = 0; kill < 2; kill++) {
        await until(async () => stored(await hub.requests()).bytes >= total / 4, FULL ? 600 : 60);
        await hub.kill();
        await page.page.waitForTimeout(1_500);
        await hub.revive();
        await hub.slowDown({ uploadBytesPerSecond: (FULL ? 60 : 16) * MIB });
      }
      await page.stage("done");
      const repo = hub.repoFolder("plug");
      checkRepo(repo, files);
      assert.equal(commits(repo).length, 2);
    } finally {
      await browser.close();
      await hub.stop();
    }
  });
});
