// A file of 120 MB in parts, while parts fail, URLs expire, and somebody on the way changes what is said: it arrives whole, or the push
// says what is wrong and nothing is committed.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { sha256 } from "../harness/compare.mjs";
import { noise } from "../harness/fixture.mjs";
import { startHub } from "../harness/hub.mjs";
import { importInstalled } from "../harness/project.mjs";
import { checkHistory, checkRepo, countByRoute, list } from "../harness/pushed.mjs";

const PART_BYTES = 10_000_000;
const PARTS = 12;
const content = noise(PARTS * PART_BYTES - 1, 3);
const files = new Map([["weights/model.bin", content]]);
const blob = new Blob([content]);
const oid = sha256(content);

describe("120 MB in parts", () => {
  let hub;
  let hubferry;
  let serial = 0;
  let name;
  before(async () => {
    hubferry = await importInstalled("hubferry");
    hub = await startHub({
      flags: ["--no-xet", "--multipart-threshold", "50000000", "--part-size", String(PART_BYTES)],
    });
  });
  after(async () => {
    await hub?.stop();
  });
  beforeEach(async () => {
    name = `parts-${serial++}`;
    await hub.create(name);
    await hub.heal();
    await hub.forget();
  });

  const push = (options = {}) => {
    const known = { repo: hub.repo(name), hubUrl: hub.url, accessToken: hub.token };
    return hubferry.uploadFile({ ...known, file: { path: "weights/model.bin", content: blob }, ...options });
  };

  /** What a push is rejected with; everything about it that must be so whatever went wrong. */
  const refused = async (options) => {
    const error = await push(options).then(
      () => assert.fail("the push succeeded"),
      (error) => error,
    );
    const requests = await hub.requests();
    assert.equal(countByRoute(requests).commit, undefined, "nothing is committed");
    assert.ok(!`${error.message} ${error.stack} ${JSON.stringify(error)}`.includes(hub.token));
    assert.doesNotMatch(`${error.message} ${error.url}`, /X-Amz-Signature/);
    checkHistory(hub.repoFolder(name), 0);
    return error;
  };

  /** The file is in the repo, and its parts were sent no more often than they had to be. */
  const arrived = async (parts) => {
    checkHistory(hub.repoFolder(name), 1);
    checkRepo(hub.repoFolder(name), files);
    const requests = await hub.requests();
    const puts = requests.filter(({ route, method }) => route === "store.part" && method === "PUT");
    const stored = puts.filter(({ status }) => status === 200);
    const perPart = new Map();
    for (const { path, query } of stored) {
      const part = `${path}?${query
        .split("&")
        .filter((word) => /^(partNumber|uploadId)=/.test(word))
        .join("&")}`;
      perPart.set(part, (perPart.get(part) ?? 0) + 1);
    }
    assert.ok(
      [...perPart.values()].every((times) => times === 1),
      list(puts),
    );
    assert.equal(stored.length, parts, list(puts));
    assert.ok(puts.every(({ authorization }) => authorization === null));
    return countByRoute(requests);
  };

  test("each part goes once, and the progress of the file never goes back", async () => {
    const job = push();
    const progress = [];
    const reports = [];
    for await (const event of job) {
      if (event.event === "fileProgress" && event.state === "uploading") progress.push(event.progress);
      if (event.event === "report") reports.push(event.progress.bytes.sent);
    }
    const counts = await arrived(PARTS);
    assert.deepEqual([counts["lfs.batch"], counts["lfs.complete"], counts["lfs.verify"], counts.commit], [1, 1, 1, 1]);
    assert.ok(new Set(progress).size >= 5, `${progress}`);
    assert.ok(
      progress.every((value, index) => value >= (progress[index - 1] ?? 0) && value <= 1),
      `${progress}`,
    );
    assert.equal(progress.at(-1), 1);
    assert.ok(
      reports.every((value, index) => value >= (reports[index - 1] ?? 0) && value <= content.length),
      `${reports}`,
    );
    const output = await job;
    assert.deepEqual(output.files, [{ path: "weights/model.bin", oid, size: content.length, state: "added" }]);
    assert.equal(output.bytes.sent, content.length);
  });

  test("parts that are refused, break off or lose their answer are sent again, and no others", async () => {
    await hub.order({ route: "store.part", skip: 1, times: 2, fault: { kind: "status", status: 503 } });
    await hub.order({ route: "store.part", skip: 3, times: 1, fault: { kind: "cutRequest", afterBytes: 4_000_000 } });
    await hub.order({ route: "store.part", skip: 4, times: 1, fault: { kind: "drop" } });
    await hub.order({ route: "store.part", skip: 5, times: 1, fault: { kind: "delay", ms: 1500 } });
    await hub.order({ route: "lfs.complete", times: 1, fault: { kind: "status", status: 500 } });
    const job = push();
    const retried = [];
    for await (const event of job) if (event.event === "retry") retried.push(event);
    const counts = await arrived(PARTS);
    assert.equal(counts["store.part"], PARTS + 4);
    assert.equal(counts["lfs.complete"], 2);
    assert.ok(retried.length >= 5, JSON.stringify(retried));
    assert.ok(retried.every(({ cause }) => !/X-Amz|hf_/.test(cause)));
  });

  test("a part that is stored although its answer is lost is sent again to the same place", async () => {
    await hub.order({ route: "store.part", skip: 2, times: 1, fault: { kind: "dropAnswer" } });
    await push();
    checkHistory(hub.repoFolder(name), 1);
    checkRepo(hub.repoFolder(name), files);
    assert.equal(countByRoute(await hub.requests())["store.part"], PARTS + 1);
  });

  test("a store that falls silent is not waited for", async () => {
    await hub.order({ route: "store.part", skip: 3, times: 1, fault: { kind: "stall" } });
    const restore = hasten(60);
    try {
      await push();
    } finally {
      restore();
    }
    await arrived(PARTS);
  });

  test("URLs that expire half-way are asked for again", async () => {
    await hub.order({ route: "store.part", skip: 5, times: 1, fault: { kind: "expired" } });
    const job = push();
    const progress = [];
    const causes = [];
    for await (const event of job) {
      if (event.event === "fileProgress" && event.state === "uploading") progress.push(event.progress);
      if (event.event === "retry") causes.push(event.cause);
    }
    checkHistory(hub.repoFolder(name), 1);
    checkRepo(hub.repoFolder(name), files);
    const counts = countByRoute(await hub.requests());
    assert.deepEqual([counts["lfs.batch"], counts["lfs.complete"], counts.commit], [2, 1, 1]);
    // Of the first upload some parts were in the air; the second one is another upload, which wants all of them.
    assert.ok(counts["store.part"] <= 2 * PARTS, `${counts["store.part"]} parts`);
    assert.deepEqual(causes, ["the upload URL expired"]);
    assert.ok(
      progress.every((value, index) => value >= (progress[index - 1] ?? 0) && value <= 1),
      `${progress}`,
    );
    // What was sent to the first upload was sent in vain.
    const { sent } = (await job).bytes;
    assert.ok(sent >= content.length && sent <= 2 * content.length, `${sent}`);
  });

  test("URLs that are never good end the push", async () => {
    await hub.order({ route: "store.part", fault: { kind: "expired" } });
    const error = await refused();
    assert.deepEqual([error.code, error.statusCode, error.path], ["forbidden", 403, "weights/model.bin"]);
    assert.match(error.message, /weights\/model\.bin.*renewed 3 times.*Try again later/);
    assert.ok(countByRoute(await hub.requests())["lfs.batch"] <= 5);
  });

  for (const [what, tamper] of [
    ["a part is missing", (header) => delete header["00007"]],
    ["there is a part too many", (header) => (header["00013"] = header["00012"])],
    ["a part is named twice", (header) => (header["7"] = header["00007"])],
    ["the parts would be too small", (header) => (header.chunk_size = "1000000")],
    ["the parts would be too large", (header) => (header.chunk_size = "20000000")],
    ["the size of the parts is no number", (header) => (header.chunk_size = "ten")],
    ["a part would go somewhere else", (header) => (header["00003"] = "file:///etc/passwd")],
  ])
    test(`a plan in which ${what} is refused before a byte is sent`, async () => {
      const proxy = async (input, init) => {
        const response = await fetch(input, init);
        if (!String(input).endsWith("/objects/batch")) return response;
        const body = await response.json();
        tamper(body.objects[0].actions.upload.header);
        return new Response(JSON.stringify(body), { status: 200, headers: { "content-type": "application/json" } });
      };
      const error = await refused({ fetch: proxy });
      assert.equal(error.code, "protocol");
      assert.match(error.message, /multipart plan|upload address/);
      assert.equal(countByRoute(await hub.requests())["store.part"], undefined);
    });

  test("a part whose answer shows no ETag ends the push", async () => {
    const headers = [["etag", null]];
    await hub.order({ route: "store.part", skip: 2, times: 1, fault: { kind: "answerHeaders", headers } });
    const error = await refused();
    assert.equal(error.code, "protocol");
    assert.match(error.message, /no ETag.*Access-Control-Expose-Headers/);
  });

  for (const [what, fault] of [
    ["the ETag of another content", { kind: "wrongEtag" }],
    ["a byte that changed on its way", { kind: "flipRequest", at: 5000 }],
  ])
    test(`${what} is noticed before the commit, and the next push mends it`, async () => {
      await hub.order({ route: "store.part", skip: 4, times: 1, fault });
      const error = await refused();
      assert.equal(error.name, "HubApiError", String(error));
      assert.ok(error.statusCode >= 400 && error.statusCode < 500, String(error));
      assert.match(error.message, /weights\/model\.bin|complete_multipart|store\.example|\/repos\//);
      await hub.heal();
      await push();
      checkHistory(hub.repoFolder(name), 1);
      checkRepo(hub.repoFolder(name), files);
    });
});

/** Lets the clock of this process run faster; returns what sets it right again. */
function hasten(factor) {
  const { now } = performance;
  const wait = globalThis.setTimeout;
  const begun = performance.now();
  performance.now = () => begun + (now.call(performance) - begun) * factor;
  // Node's own HTTP client has timers of its own, which bring arguments along and keep their pace.
  globalThis.setTimeout = (run, ms = 0, ...rest) => wait(run, rest.length > 0 ? ms : ms / factor, ...rest);
  return () => {
    performance.now = now;
    globalThis.setTimeout = wait;
  };
}
