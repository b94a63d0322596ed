// The plug is pulled in the middle of a push, again and again: the browser is killed, comes back, and somebody drops the folder again
// and pushes on; a program under Node is killed, and run again; or the Hub is killed instead. What was read and sent again is counted,
// file by file, by the page's blobs or the program's reads, and by the Hub. At full size (HUBFERRY_FULL=1) 2 GiB in 500 files, and ten
// kills.
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { before, describe, test } from "node:test";
import { startBrowser, openPage } from "../harness/browser.mjs";
import { sha256 } from "../harness/compare.mjs";
import { FULL, temporaryFolder } from "../harness/environment.mjs";
import { prose } from "../harness/fixture.mjs";
import { commits } from "../harness/git.mjs";
import { startHub } from "../harness/hub.mjs";
import { Reads, sentInVain, storedBy, xorbsOf } from "../harness/ledger.mjs";
import { openWithProfile, runUnderNode, unlike, writeFiles } from "../harness/plug.mjs";
import { checkRepo } from "../harness/pushed.mjs";
import { until } from "../harness/until.mjs";
import { watchedPage } from "../harness/watch.mjs";

const MIB = 1024 * 1024;
const KILLS = FULL ? 10 : 5;
const SPEED = { uploadBytesPerSecond: (FULL ? 60 : 16) * MIB };

/**
 * What may be read or sent again per kill: of each lane two xorbs, what is read ahead of them, and at worst the file of 5 MiB of which a
 * part was stored before.
 */
const perKill = (lanes, xorbMiB) => (lanes * (2 * xorbMiB + 5) + 16) * MIB;

/** That a xorb is stored is written down as soon as the Hub's answer is there; a busy machine may take so long. */
const WRITTEN_MS = 1_000;

/**
 * One file larger than several xorbs, many of a few chunks to a xorb, small ones that share xorbs, and texts that go inline. No two have
 * the same name.
 */
const files = new Map([
  ["large.bin", unlike((FULL ? 768 : 56) * MIB + 12_345, "large")],
  ...Array.from({ length: FULL ? 240 : 11 }, (_, i) => [`middle/${i}.bin`, unlike(5 * MIB + 101 * i, `middle ${i}`)]),
  ...Array.from({ length: FULL ? 200 : 40 }, (_, i) => [`small/s${i}.bin`, unlike(400_000 + 7 * i, `small ${i}`)]),
  ...Array.from({ length: FULL ? 59 : 30 }, (_, i) => [`notes/${i}.txt`, prose(2_000, i + 1)]),
]);
const total = [...files.values()].reduce((sum, { length }) => sum + length, 0);
const inMiB = (bytes) => (bytes / MIB).toFixed(1);

/** Bytes of xorbs that the store took. */
const storedBytes = (requests) =>
  requests
    .filter(({ route, status }) => route === "cas.xorb" && status === 200)
    .reduce((sum, { requestBytes }) => sum + requestBytes, 0);

/** Xorbs that have been sent, or are, since that time. */
const xorbsSince = (requests, time) =>
  requests.filter(({ route, method, startedAt }) => route === "cas.xorb" && method === "POST" && startedAt > time)
    .length;

/**
 * Lets runs follow each other, each but the last killed when so much more is stored, and looks at what they have read and sent.
 * `start` gives a run: `spans()`, `kill()`, and `done()`, which settles with its end.
 */
async function pullAgainAndAgain(hub, repo, start, { most, name }) {
  const folder = hub.repoFolder(repo);
  // Texts are read for the review and for the commit, each time.
  const inStore = (spans) => Object.fromEntries(Object.entries(spans).filter(([file]) => file.endsWith(".bin")));
  const reads = new Reads();
  const runs = [];
  const kills = [];
  // What each kill has cost: bytes that were read before and had to be read again.
  const again = Array.from({ length: KILLS }, () => 0);
  for (let run = 0; run <= KILLS; run++) {
    const before = storedBytes(await hub.requests());
    const one = await start();
    let isOver = false;
    const end = one.done().then(() => (isOver = true));
    if (run === KILLS) {
      await end;
    } else {
      end.catch(() => undefined);
      const goal = Math.max((total * (run + 1)) / (KILLS + 1), before + 1);
      const begun = Date.now();
      // Few xorbs hold all of the small set: one kill of two is in the middle of a body, so that enough is left for the others.
      const isMidway = !FULL && run % 2 === 1;
      const isDue = (requests) => (isMidway ? xorbsSince(requests, begun) > 0 : storedBytes(requests) >= goal);
      await until(async () => isOver || isDue(await hub.requests()), FULL ? 600 : 120);
      // In the moment in which something was stored or shortly after it, and once so late that it must be written down.
      const delay = run === 0 ? WRITTEN_MS + 200 : 100 * ((run + 1) % 3);
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
    const spans = await one.spans();
    if (!isOver) {
      await one.kill();
      // Killed when its commit was made, there is nothing left that it may have lost: what comes after is another push.
      isOver = commits(folder).some(({ title }) => title === "Tides");
      if (!isOver) kills.push(Date.now());
    }
    const { files, lost } = reads.add(inStore(spans));
    runs.push(files);
    for (const [kill, bytes] of lost.entries()) again[kill] += bytes;
    // Two xorbs are sent at once, and half of the files may be in them: it may be done before the last kill.
    if (isOver) break;
  }
  assert.ok(kills.length >= KILLS - 2, `${kills.length} kills`);
  const requests = await hub.requests();
  const xorbs = await xorbsOf(hub, repo);
  const inVain = sentInVain(requests, xorbs, kills);
  const sum = (values) => [...values].reduce((sum, value) => sum + value, 0);
  const read = runs.map((run) => sum(run.values()));
  const list = (values) => values.map(inMiB).join(" + ");
  const report =
    `${name}: read ${list(read)} = ${inMiB(sum(read))} MiB of ${inMiB(total)}, again ${list(again)} = ${inMiB(sum(again))}; ` +
    `stored ${inMiB(storedBytes(requests))}, sent in vain ${list(inVain)} = ${inMiB(sum(inVain))}`;
  console.log(`# ${report}`);

  for (const [kill, bytes] of again.entries())
    assert.ok(bytes <= most, `kill ${kill} has cost ${inMiB(bytes)} MiB; ${report}`);
  for (const [run, bytes] of inVain.entries()) assert.ok(bytes <= most, `${inMiB(bytes)} MiB in run ${run}; ${report}`);
  // What was whole in the store is not touched again: by the source, and by the Hub, where its xorbs came once.
  const names = new Map([...files].map(([path, content]) => [sha256(content), basename(path)]));
  let finished = [];
  for (const [at, kill] of kills.entries()) {
    finished = storedBy(requests, xorbs, kill, { kills, shortly: WRITTEN_MS });
    for (const oid of finished)
      for (const [later, run] of runs.slice(at + 1).entries())
        assert.equal(run.get(names.get(oid)) ?? 0, 0, `${names.get(oid)} was read again in run ${at + 1 + later}`);
    const theirs = new Set(finished.flatMap((oid) => [...xorbs.get(oid)]));
    const sentAgain = requests.filter(
      ({ route, method, path, startedAt }) =>
        route === "cas.xorb" && method === "POST" && startedAt > kill && theirs.has(path.split("/").at(-1)),
    );
    assert.deepEqual(sentAgain, [], `after kill ${at}`);
  }
  assert.ok(finished.length > 0, "some files were whole before the last kill");
  console.log(`# ${name}: ${finished.length} files were whole before the last kill, and not read again`);

  checkRepo(folder, files);
  // The Hub's own commit, and ours.
  assert.deepEqual(
    commits(folder)
      .map(({ title }) => title)
      .slice(0, -1),
    ["Tides"],
  );
}

describe("the plug is pulled", () => {
  const folder = join(temporaryFolder("plug"), "tides");
  before(() => {
    writeFiles(folder, files);
  });

  test("of the browser: it goes on where it was, and reads and sends little again", async () => {
    const hub = await startHub({ page: watchedPage() });
    const profile = temporaryFolder("profile");
    let browser;
    try {
      await hub.create("plug");
      await hub.slowDown(SPEED);
      const start = async () => {
        browser = await openWithProfile(profile, hub);
        await browser.page.drop([folder]);
        await browser.page.fill({ repo: `${hub.user}/plug`, title: "Tides" });
        await browser.page.push();
        const { page } = browser;
        // Killed in the moment of the commit, it may find all of it there the next time.
        const ends = "hubferry-drop[state=done], hubferry-drop[state=unchanged]";
        return { ...browser, done: () => page.page.waitForSelector(ends, { timeout: FULL ? 1_800_000 : 240_000 }) };
      };
      await pullAgainAndAgain(hub, "plug", start, { most: perKill(2, 15), name: "Chromium" });
    } finally {
      await browser?.close();
      await hub.stop();
    }
  });

  test("of a program under Node: it goes on where it was, and reads and sends little again", async () => {
    const hub = await startHub();
    let run;
    try {
      await hub.create("plug");
      await hub.slowDown(SPEED);
      const home = temporaryFolder("home");
      const options = { hubUrl: hub.url, accessToken: hub.token, repo: hub.repo("plug"), folder, commitTitle: "Tides" };
      const start = () => (run = runUnderNode(options, home));
      await pullAgainAndAgain(hub, "plug", start, { most: perKill(1, 30), name: "Node" });
    } finally {
      await run?.kill();
      await hub.stop();
    }
  });

  test("of the Hub: the page waits, and goes on when it is back", async () => {
    const hub = await startHub({ page: watchedPage() });
    const browser = await startBrowser();
    try {
      await hub.create("plug");
      await hub.slowDown(SPEED);
      const page = await openPage(browser, hub);
      await page.drop([folder]);
      await page.fill({ repo: `${hub.user}/plug`, title: "Tides" });
      await page.push();
      for (let kill = 0; kill < 2; kill++) {
        await until(async () => storedBytes(await hub.requests()) >= total / 4, FULL ? 600 : 60);
        await hub.kill();
        await page.page.waitForTimeout(1_500);
        await hub.revive();
        await hub.slowDown(SPEED);
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
