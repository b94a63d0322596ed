// A large file goes in parts where the Hub wants that: each part once, those that failed again, and no more.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { openPage, startBrowser } from "../harness/browser.mjs";
import { temporaryFolder } from "../harness/environment.mjs";
import { noise, writeFolder } from "../harness/fixture.mjs";
import { startHub } from "../harness/hub.mjs";
import { importInstalled } from "../harness/project.mjs";
import { checkHistory, checkRepo, countByRoute, list } from "../harness/pushed.mjs";

const PART_BYTES = 7_000_000;
const files = new Map([
  ["model.bin", noise(30_000_000, 1)],
  ["small.bin", noise(100_000, 2)],
]);

describe("in parts", () => {
  const folder = join(temporaryFolder("parts"), "large");
  let hub;
  before(async () => {
    writeFolder(folder, files);
    hub = await startHub({
      flags: ["--no-xet", "--multipart-threshold", "5000000", "--part-size", String(PART_BYTES)],
    });
  });
  after(async () => {
    await hub?.stop();
  });

  /** Pushes while the second part is refused and the fourth breaks off; checks what came of it. */
  const check = async (name, push) => {
    await hub.create(name);
    await hub.heal();
    const busy = await hub.order({ route: "store.part", skip: 1, times: 1, fault: { kind: "status", status: 503 } });
    const cut = { kind: "cutRequest", afterBytes: PART_BYTES / 2 };
    const broken = await hub.order({ route: "store.part", skip: 2, times: 1, fault: cut });
    await hub.forget();
    await push();
    const requests = await hub.requests();
    const hits = await hub.hits();
    assert.deepEqual([hits.get(busy), hits.get(broken)], [1, 1]);
    const parts = requests.filter(
      ({ route, method, status }) => route === "store.part" && method === "PUT" && status === 200,
    );
    assert.deepEqual(
      parts.map(({ requestBytes }) => requestBytes).sort(),
      [2_000_000, ...Array(4).fill(PART_BYTES)],
      list(parts),
    );
    const counts = countByRoute(requests);
    assert.deepEqual([counts["store.part"], counts["store.put"], counts["lfs.complete"], counts.commit], [7, 1, 1, 1]);
    checkHistory(hub.repoFolder(name), 1);
    checkRepo(hub.repoFolder(name), files);
  };

  test("from the page", () =>
    check("page", async () => {
      const browser = await startBrowser();
      try {
        const page = await openPage(browser, hub);
        await page.drop([folder]);
        await page.fill({ repo: `${hub.user}/page` });
        await page.push();
        await page.stage("done");
        assert.deepEqual((await page.watched()).violations, []);
      } finally {
        await browser.close();
      }
    }));

  test("from Node", () =>
    check("node", async () => {
      const { uploadFolder } = await importInstalled("hubferry");
      await uploadFolder({ repo: hub.repo("node"), folder, hubUrl: hub.url, accessToken: hub.token });
    }));
});
