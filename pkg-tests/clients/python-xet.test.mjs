// The Hub's own Python client with hf_xet, unmodified, against the embedded Hub's content-addressed store.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { python } from "../harness/environment.mjs";
import { runXetScript, startClientsHub } from "./scripts.mjs";

/** The requests of one kind for a repo: how many, and how many bytes they brought. */
function sent(requests, route, repo) {
  const some = requests.filter((request) => request.route === route && request.repo === repo);
  return { count: some.length, bytes: some.reduce((sum, { requestBytes }) => sum + requestBytes, 0) };
}

describe("huggingface_hub with hf_xet", () => {
  let hub;
  before(async () => {
    hub = await startClientsHub();
  });
  after(async () => {
    await hub?.stop();
  });

  test("pushes and reads by Xet", async () => {
    assert.equal((await runXetScript(python(), hub, "python", "xet.py")).length, 11);
    const requests = await hub.requests();
    const xorbs = (repo) => sent(requests, "cas.xorb", repo);
    for (const repo of ["alice/one-model", "datasets/alice/one-dataset", "spaces/alice/one-space"]) {
      assert.equal(xorbs(repo).count, 1, repo);
      assert.ok(xorbs(repo).bytes > 3_000_000, repo);
    }
    assert.ok(xorbs("alice/many-xorbs").count >= 2);
    // Small files share xorbs, and the twin of a large one is not sent a second time.
    const shared = xorbs("alice/folder");
    assert.ok(shared.count <= 2 && shared.bytes < 19_500_000, JSON.stringify(shared));
    assert.ok(xorbs("alice/compress").bytes < 1_500_000);
    assert.ok(xorbs("alice/update-before").bytes > 20_000_000);
    const update = xorbs("alice/update-after").bytes;
    assert.ok(update > 100_000 && update < 700_000, `${update} bytes`);
    // Who writes nothing has a token that writes nothing.
    assert.equal(sent(requests, "cas.shard-v2", "alice/private").count, 1);
    assert.deepEqual(
      [...new Set(requests.filter(({ route }) => route === "cas.grant").map(({ status }) => status))],
      [404],
    );
    assert.ok(requests.some(({ route, status }) => route === "store.xorb" && status === 206));
    const refused = requests.filter(
      ({ face, status, route }) => face === "cas" && status >= 400 && !/chunk|grant/.test(route),
    );
    assert.deepEqual(refused, []);
    // Large files went by no other way.
    assert.deepEqual(
      requests.filter(({ route, requestBytes }) => route === "store.put" && requestBytes > 100_000),
      [],
    );
  });

  test("sends nothing that the Hub has, also from a machine that has pushed nothing", async () => {
    await hub.forget();
    assert.equal((await runXetScript(python(), hub, "python", "xet_again.py")).length, 2);
    const requests = await hub.requests();
    assert.deepEqual(sent(requests, "cas.xorb", "datasets/alice/again-whole"), { count: 0, bytes: 0 });
    assert.ok(sent(requests, "cas.shard-v2", "datasets/alice/again-whole").count === 1);
    const longer = sent(requests, "cas.xorb", "alice/again-longer").bytes;
    assert.ok(longer > 200_000 && longer < 500_000, `${longer} bytes`);
    assert.ok(requests.some(({ route, status }) => route === "cas.chunk" && status === 200));
  });

  test("goes on when tokens live five seconds", async () => {
    const short = await startClientsHub({ flags: ["--xet-token-lifetime", "5"] });
    try {
      assert.equal((await runXetScript(python(), short, "python", "xet.py")).length, 11);
    } finally {
      await short.stop();
    }
  });
});
