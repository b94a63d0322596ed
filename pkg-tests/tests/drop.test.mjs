// A folder that is dropped on the page, or chosen by its input, becomes one commit that others read back byte for byte.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openPage, startBrowser } from "../harness/browser.mjs";
import { digestsBelow } from "../harness/compare.mjs";
import { fixtureFiles, fixtureFolder, LARGE_BYTES } from "../harness/fixture.mjs";
import { startHub } from "../harness/hub.mjs";
import {
  checkFolder,
  checkHistory,
  checkPageReads,
  checkRepo,
  countByRoute,
  list,
  writesOf,
} from "../harness/pushed.mjs";
import { snapshot } from "../harness/python.mjs";
import { watchedPage } from "../harness/watch.mjs";

const files = fixtureFiles();
const folder = fixtureFolder();
const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);

describe("a folder on the page", () => {
  let hub;
  let browser;
  before(async () => {
    hub = await startHub({ page: watchedPage() });
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  const readBack = (name) => {
    const options = { repoId: `${hub.user}/${name}`, repoType: "dataset", hubUrl: hub.url, token: hub.token };
    return digestsBelow(snapshot(options), { without: [".cache"] });
  };

  /** Pushes the fixture; gives what the page has seen meanwhile. */
  const push = async (name, bring, end, title) => {
    const page = await openPage(browser, hub);
    try {
      await bring(page);
      await page.fill({ repo: `${hub.user}/${name}`, title });
      await page.push();
      await page.stage(end);
      assert.deepEqual(page.complaints, []);
      const { seen, violations } = await page.watched();
      assert.deepEqual(violations, []);
      return { seen, link: end === "done" ? await page.commitLink() : undefined, text: await page.text() };
    } finally {
      await page.close();
    }
  };

  test("the fixture is as large as it should be", () => {
    assert.ok(files.size > 300, `${files.size} files`);
    const largest = Math.max(...[...files.values()].map(({ length }) => length));
    assert.equal(largest, LARGE_BYTES);
  });

  test("dropped: one commit, which Python reads back", async () => {
    await hub.create("dropped");
    await hub.forget();
    const { link, text } = await push("dropped", (page) => page.drop([folder]), "done", "Add the <b>folder</b>");
    const repo = hub.repoFolder("dropped");
    const [commit] = checkHistory(repo, 1);
    assert.equal(commit.title, "Add the <b>folder</b>");
    assert.equal(commit.author, hub.user);
    assert.equal(link, `${hub.pageOf("dropped")}/commit/${commit.oid}`);
    assert.match(text, /Add the <b>folder<\/b>/);
    assert.equal((await fetch(link, { headers: { authorization: `Bearer ${hub.token}` } })).status, 200);

    const large = checkRepo(repo, files);
    for (const path of ["weights/model.bin", "texts/large.txt", "weights/tiny.safetensors"])
      assert.ok(large.has(path), path);
    for (const path of ["many/000.csv", "empty.bin", "texts/equal-a.txt"]) assert.ok(!large.has(path), path);
    const counts = countByRoute(await hub.requests());
    assert.equal(counts.commit, 1);
    checkFolder(readBack("dropped"), files);
  });

  test("dropped again: no commit, only queries, nothing read twice", async () => {
    await hub.forget();
    const { seen } = await push("dropped", (page) => page.drop([folder]), "unchanged");
    const requests = await hub.requests();
    assert.equal(list(writesOf(requests)), "");
    checkHistory(hub.repoFolder("dropped"), 1);
    const read = Object.values(seen.worker.read).reduce((sum, n) => sum + n, 0);
    checkPageReads(seen.page.read, files);
    // Every size is the same, so every content must be digested; and that is all, besides samples.
    assert.ok(read <= bytes + 512 * files.size, `${read} bytes read of ${bytes}`);
  });

  test("chosen by webkitdirectory: the same", async () => {
    await hub.create("chosen");
    await push("chosen", (page) => page.choose(folder), "done");
    const repo = hub.repoFolder("chosen");
    checkHistory(repo, 1);
    checkRepo(repo, files);
    checkFolder(readBack("chosen"), files);
  });
});
