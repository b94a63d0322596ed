// The packed package in workerd, by the same import as everywhere: pushes, and reads back.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { root } from "../harness/environment.mjs";
import { commits as history } from "../harness/git.mjs";
import { startHub } from "../harness/hub.mjs";
import { startWorker, workerFolder } from "../harness/wrangler.mjs";

describe("in workerd", () => {
  let hub;
  before(async () => {
    hub = await startHub();
  });
  after(() => hub?.stop());

  for (const [name, offered] of [
    ["Xet", true],
    ["LFS", false],
  ]) {
    test(`a folder goes to the Hub by ${name}, and is read back`, async () => {
      const repo = `workerd-${name.toLowerCase()}`;
      await hub.create(repo);
      await hub.xet({ offered });
      const vars = { HUB_URL: hub.url, HF_TOKEN: hub.token, REPO: `datasets/${hub.user}/${repo}` };
      const worker = await startWorker(workerFolder(join(root, "pkg-tests/workerd")), vars);
      try {
        const response = await fetch(`${worker.url}/story`);
        const told = await response.text();
        assert.equal(response.status, 200, told);
        const xet = offered ? 20 : 0;
        const expected = { name: hub.user, verified: true, xet, equal: 21, again: 0, one: false, two: true };
        assert.deepEqual(JSON.parse(told), expected);
        // The first, then folder, one, and both.
        assert.equal(history(hub.repoFolder(repo)).length, 4);
      } finally {
        await worker.stop();
      }
    });
  }
});
