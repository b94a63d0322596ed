// Twenty thousand small files under Node, to a Hub that announces the quota of a free account: commits as large as suits, fewer calls
// than the quota allows, one pull request, merged once. In `make test` it is a tenth of that, of the files and of the quota.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { FULL } from "../harness/environment.mjs";
import { noise, prose } from "../harness/fixture.mjs";
import { commits } from "../harness/git.mjs";
import { startHub } from "../harness/hub.mjs";
import { importInstalled } from "../harness/project.mjs";
import { checkRepo, countByRoute } from "../harness/pushed.mjs";

const FILES = FULL ? 20_000 : 2_000;
/** Calls in five minutes. */
const QUOTA = FULL ? 1_000 : 100;
const WINDOW_MS = 300_000;

/** Files of 1 to 20 KB: of four, three are texts that go inline, one goes to the store. */
const files = new Map(
  Array.from({ length: FILES }, (_, i) => {
    const size = 1_000 + ((i * 7_919) % 19_001);
    const name = `part-${i % 40}/${String(i).padStart(5, "0")}`;
    return i % 4 === 0 ? [`${name}.bin`, noise(size, i + 1)] : [`${name}.txt`, prose(size, i + 1).subarray(0, size)];
  }),
);

describe(`${FILES} small files`, () => {
  let hub;
  let hubferry;
  before(async () => {
    hubferry = await importInstalled("hubferry");
    hub = await startHub({ flags: ["--quota", `api=${QUOTA},resolvers=${5 * QUOTA},pages=200`] });
    await hub.create("many");
    await hub.forget();
  });
  after(async () => {
    await hub?.stop();
  });

  test("go in one pull request of several commits, within the quota, merged once", async () => {
    const begun = performance.now();
    const output = await hubferry.uploadLargeFolder({
      hubUrl: hub.url,
      accessToken: hub.token,
      repo: hub.repo("many"),
      folder: new Map([...files].map(([path, content]) => [path, new Blob([content])])),
      commitTitle: "Many",
      isPullRequest: true,
      merge: true,
    });
    const seconds = (performance.now() - begun) / 1000;
    const requests = await hub.requests();
    const calls = requests.filter(({ face }) => face === "hub").map(({ startedAt }) => startedAt);
    const inWindow = calls.map((start) => calls.filter((at) => at >= start && at < start + WINDOW_MS).length);
    const sizes = output.commits.map(({ files }) => files);
    console.log(
      `# ${FILES} files in ${seconds.toFixed(1)} s: commits of ${sizes.join(", ")}; ${requests.length} requests, ` +
        `${calls.length} of them calls, at most ${Math.max(...inWindow)} in five minutes of ${QUOTA} allowed`,
    );
    console.log(`# ${JSON.stringify(countByRoute(requests))}`);
    assert.ok(Math.max(...inWindow) <= QUOTA, `${Math.max(...inWindow)} calls in five minutes`);
    const refused = requests.filter(({ face, status }) => face === "hub" && status !== 200);
    assert.deepEqual(
      refused.map(({ route, status }) => `${route} ${status}`),
      [],
      "nobody was turned away",
    );

    assert.deepEqual(sizes.slice(0, 3), [250, 400, 600], "commits grow while they are quick");
    assert.ok(Math.max(...sizes) <= 1_000);
    assert.equal(
      sizes.reduce((sum, size) => sum + size, 0),
      FILES,
    );
    assert.equal(output.verified, true);
    const made = (branch) => commits(hub.repoFolder("many"), branch).reverse();
    const inPull = made("refs/pr/1").slice(1);
    assert.deepEqual(
      inPull.map(({ oid }) => oid),
      output.commits.map(({ oid }) => oid),
    );
    assert.deepEqual(
      inPull.map(({ title }) => title),
      inPull.map((_, i) => (i === 0 ? "Many" : `Many (part ${i + 1})`)),
    );
    assert.equal(made("main").filter(({ title }) => title === "Many (#1)").length, 1, "one merge");
    assert.equal(output.pullRequestUrl, `${hub.pageOf("many")}/discussions/1`);
    const counts = countByRoute(requests);
    assert.equal(counts["discussions.create"], 1);
    assert.equal(counts["discussions.merge"], 1);
    assert.equal(counts.commit, sizes.length);
    checkRepo(hub.repoFolder("many"), files);
  });
});
