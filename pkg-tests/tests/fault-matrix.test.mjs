// A live sample of the fault matrix, in Chromium against the embedded Hub: each push settles; the repo holds all of it, in one commit, or
// is untouched; and by the Hub's own list of requests nothing that a store has taken came again.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startBrowser } from "../harness/browser.mjs";
import { sha256 } from "../harness/compare.mjs";
import { CASES, nameOf } from "../harness/faulty-cases.mjs";
import { noise } from "../harness/fixture.mjs";
import { commits } from "../harness/git.mjs";
import { startHub } from "../harness/hub.mjs";
import { xorbsOf } from "../harness/ledger.mjs";
import { importInstalled, project } from "../harness/project.mjs";
import { checkHistory, checkRepo, list } from "../harness/pushed.mjs";
import { serveFolder } from "../harness/static.mjs";

/** Pushes side by side; each has a Hub of its own, because faults and lists of requests are a Hub's. */
const SIDE_BY_SIDE = 4;

/** The clock of the pages goes so much faster: what waits for seconds need not take them. */
const HASTE = 5;

const CONTENT = ["store.put", "store.part", "cas.xorb", "cas.shard"];

/** Small files, three objects, and one in three parts. No two seeds have anything in common. */
const filesOf = (seed) =>
  new Map([
    ["README.md", Buffer.from(`---\nlicense: mit\n---\n\n# ${seed}\n`)],
    ["notes.txt", Buffer.from(`notes ${seed}\n`)],
    ["empty", Buffer.alloc(0)],
    ["one.bin", noise(60_000, 4 * seed + 1)],
    ["two.bin", noise(80_000, 4 * seed + 2)],
    ["three.bin", noise(90_000, 4 * seed + 3)],
    ["large.bin", noise(290_000, 4 * seed + 4)],
  ]);

const optionsOf = (hub, name, way) => ({
  repo: hub.repo(name),
  hubUrl: hub.url,
  accessToken: hub.token,
  useXet: way === "xet",
});

/** Runs in the page: pushes, and tells what came of it as plain values. */
async function pushInPage({ options, files }) {
  const { uploadFiles, HubferryError, isHubferryError } = await import("/entry/browser.js");
  const contents = files.map(({ path, base64 }) => ({
    path,
    content: new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))]),
  }));
  return uploadFiles({ ...options, files: contents }).then(
    ({ commit }) => ({ oid: commit.oid }),
    (error) => {
      const { name, code, message, retryable, statusCode } = error;
      const isOurs = error instanceof HubferryError && isHubferryError(error);
      return { error: { name, code, message, retryable, statusCode, isOurs } };
    },
  );
}

/** Lets the clock of a page run faster. */
function hasten(factor) {
  const now = performance.now.bind(performance);
  const wait = globalThis.setTimeout;
  const begun = now();
  performance.now = () => begun + (now() - begun) * factor;
  globalThis.setTimeout = (run, ms = 0, ...rest) => wait(run, ms / factor, ...rest);
}

const startHubs = () =>
  Promise.all(
    Array.from({ length: SIDE_BY_SIDE }, () =>
      startHub({ flags: ["--multipart-threshold", "250000", "--part-size", "100000"] }),
    ),
  );

/** What the Hub has to say about a push that is over. */
async function judge(hub, name, files, { oid, error }, row) {
  const repo = hub.repoFolder(name);
  const requests = (await hub.requests()).filter(({ method }) => method !== "OPTIONS");
  if (error === undefined) {
    assert.equal(row.codes, undefined, `succeeded, and should end with ${row.codes}`);
    const [commit] = checkHistory(repo, 1);
    assert.equal(oid, commit.oid, "it tells of the commit that stands");
    const large = checkRepo(repo, files);
    await checkStore(hub, name, files, large, requests, row);
  } else {
    const codes = row.codes ?? row.may ?? [];
    assert.ok(codes.includes(error.code), `${error.code}: ${error.message}`);
    assert.ok(!error.message.includes(hub.token), error.message);
    assert.ok(error.isOurs, `${error.name} is a class of the package's`);
    assert.equal(error.retryable, error.code === "server_error", `${error.code} and retryable`);
    // Whoever was refused is told by which status.
    assert.equal(error.name, error.statusCode === undefined ? "HubferryError" : "HubApiError", error.message);
    if (row.fault.kind === "status") assert.equal(error.statusCode, row.fault.status, error.message);
    checkHistory(repo, 0);
    checkRepo(repo, new Map());
  }
  // Whatever was told to be taken never comes again; whatever was taken without being told comes once more at most.
  const bodies = new Map();
  for (const one of requests.filter(isContent)) bodies.set(keyOf(one), [...(bodies.get(keyOf(one)) ?? []), one]);
  for (const [key, sent] of bodies) {
    const told = sent.filter(isTold);
    assert.ok(told.length <= 1, `${key} was stored twice:\n${list(sent)}`);
    const untold = sent.filter((one) => one.status === 200 && !isTold(one));
    assert.ok(untold.length <= (row.when.times ?? Infinity), `${key} came without need:\n${list(sent)}`);
    assert.ok(told.length === 0 || sent.indexOf(told[0]) === sent.length - 1, `${key} came again:\n${list(sent)}`);
  }
  const commits = requests.filter((one) => one.route === "commit" && isTold(one));
  assert.ok(commits.length <= 1, list(commits));
}

/** Bytes that a xorb may have beside what is in it: a head for each chunk. */
const XORB_HEADS = 1_000;

/** What the store holds of a repo in the end: each content once, and nothing else. */
async function checkStore(hub, name, files, large, requests, { way }) {
  const contents = new Map([...large].map((path) => [sha256(files.get(path)), files.get(path).length]));
  if (way === "lfs") {
    const folder = join(hub.repoFolder(name), "lfs/objects");
    const objects = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    assert.deepEqual(new Set(objects.map((entry) => entry.name)), new Set(contents.keys()));
    return;
  }
  const xorbs = await xorbsOf(hub, name);
  assert.deepEqual(new Set(xorbs.keys()), new Set(contents.keys()));
  const stored = new Map(
    requests
      .filter(({ route, method, status }) => route === "cas.xorb" && method === "POST" && status === 200)
      .map(({ path, requestBytes }) => [path.split("/").at(-1), requestBytes]),
  );
  // No chunk of a file stands in two of them: together they are no larger than the files.
  assert.deepEqual(new Set(stored.keys()), new Set([...xorbs.values()].flatMap((hashes) => [...hashes])));
  const sum = (values) => [...values].reduce((sum, value) => sum + value, 0);
  assert.ok(sum(stored.values()) <= sum(contents.values()) + XORB_HEADS, `${sum(stored.values())} bytes of xorbs`);
}

/** Whether the work was done, and the whole answer came. */
const isTold = ({ status, cut, fault }) => status === 200 && !cut && fault === null;

const isContent = ({ route, method }) => CONTENT.includes(route) && method !== "GET";

/** One body: its object, with its part and upload, its xorb, or a shard. */
const keyOf = ({ route, path, query }) => {
  const words = query.split("&").filter((word) => /^(partNumber|uploadId)=/.test(word));
  return `${route} ${path} ${words.join("&")}`;
};

/** Orders what a row says; resolves with the id of its fault. */
async function prepare(hub, name, { route, when, fault, reset = false, first }) {
  await hub.create(name);
  await hub.heal();
  await hub.forget();
  if (first !== undefined) await hub.order({ ...first, times: 1 });
  return hub.order({ route, ...when, reset, fault });
}

describe("in Chromium, whatever fails", { concurrency: SIDE_BY_SIDE }, () => {
  const idle = [];
  const waiting = [];
  let hubs = [];
  let browser;
  let site;
  before(async () => {
    site = await serveFolder(join(project(), "node_modules/hubferry/dist"));
    browser = await startBrowser();
    hubs = await startHubs();
    for (const hub of hubs) {
      const page = await browser.newPage();
      await page.addInitScript(hasten, HASTE);
      // Any document of that origin will do, also one that shows a text.
      await page.goto(`${site.url}/entry/browser.js`);
      idle.push({ hub, page });
    }
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
    await Promise.all(hubs.map((hub) => hub.stop()));
  });

  const take = () => idle.pop() ?? new Promise((resolve) => waiting.push(resolve));
  const give = (desk) => {
    const next = waiting.shift();
    if (next === undefined) idle.push(desk);
    else next(desk);
  };

  for (const [number, row] of CASES.entries())
    test(nameOf(row), async () => {
      const desk = await take();
      try {
        const { hub, page } = desk;
        const name = `case-${number}`;
        const fault = await prepare(hub, name, row);
        const files = filesOf(number + 1);
        const plain = [...files].map(([path, content]) => ({ path, base64: content.toString("base64") }));
        const outcome = await page.evaluate(pushInPage, { options: optionsOf(hub, name, row.way), files: plain });
        const hits = (await hub.hits()).get(fault);
        assert.ok(hits > 0 || row.when.skip > 0, "the fault was met");
        await hub.heal();
        await judge(hub, name, files, outcome, row);
      } finally {
        give(desk);
      }
    });
});

describe("in Node, a commit whose answer is cut after the Hub has made it", () => {
  let hub;
  let hubferry;
  // Contents of each push are its own: what the Hub has already is not sent.
  let seed = 1_000;
  before(async () => {
    hubferry = await importInstalled("hubferry");
    hub = await startHub();
  });
  after(async () => {
    await hub?.stop();
  });

  for (const way of ["lfs", "xet"])
    for (const kind of ["dropAnswer", "halfAnswer", "cutAnswer"])
      test(`${way}: ${kind}`, async () => {
        const name = `${way}-${kind}`.toLowerCase();
        const row = { way, route: "commit", when: { times: 1 }, fault: { kind }, reset: kind === "dropAnswer" };
        const fault = await prepare(hub, name, row);
        const files = filesOf(seed++);
        const contents = [...files].map(([path, content]) => ({ path, content: new Blob([content]) }));
        const { commit } = await hubferry.uploadFiles({ ...optionsOf(hub, name, way), files: contents });
        assert.equal((await hub.hits()).get(fault), 1);
        await judge(hub, name, files, { oid: commit.oid }, row);
      });

  /** The commits of a branch on top of the Hub's own, the oldest first, as `oid title`. */
  const made = (name, branch) =>
    commits(hub.repoFolder(name), branch)
      .map(({ oid, title }) => `${oid} ${title}`)
      .reverse()
      .slice(1);

  /** Pushes in commits of three files. */
  const pushInParts = (name, way, files, more = {}) =>
    hubferry.uploadFolder({
      ...optionsOf(hub, name, way),
      folder: new Map([...files].map(([path, content]) => [path, new Blob([content])])),
      commitTitle: "In parts",
      commits: "auto",
      planCommits: ({ files, more }) => (files.length >= 3 || !more ? Math.min(files.length, 3) : 0),
      ...more,
    });

  const TITLES = ["In parts", "In parts (part 2)", "In parts (part 3)"];

  for (const way of ["lfs", "xet"])
    for (const [skip, part] of [
      [1, "the second"],
      [2, "the last"],
    ])
      for (const kind of ["dropAnswer", "halfAnswer"])
        test(`${way}: ${kind}, ${part} of three`, async () => {
          const name = `parts-${way}-${skip}-${kind}`.toLowerCase();
          await hub.create(name);
          await hub.heal();
          await hub.forget();
          const fault = await hub.order({
            route: "commit",
            skip,
            times: 1,
            fault: { kind },
            reset: kind === "dropAnswer",
          });
          const files = filesOf(seed++);
          const output = await pushInParts(name, way, files);
          assert.equal((await hub.hits()).get(fault), 1);
          assert.deepEqual(
            made(name),
            output.commits.map(({ oid }, i) => `${oid} ${TITLES[i]}`),
          );
          assert.equal(output.commits.length, 3);
          assert.equal(output.commit.oid, output.commits[2].oid);
          checkRepo(hub.repoFolder(name), files);
          const posted = (await hub.requests()).filter(({ route }) => route === "commit");
          assert.equal(posted.length, 3, "nothing was sent again");
        });

  test("a pull request: its opening, a commit of it and its merge, all cut", async () => {
    const name = "pull-cut";
    await hub.create(name);
    await hub.heal();
    await hub.forget();
    for (const [route, skip] of [
      ["discussions.create", 0],
      ["commit", 1],
      ["discussions.status", 0],
      ["discussions.merge", 0],
    ])
      await hub.order({ route, skip, times: 1, fault: { kind: "dropAnswer" }, reset: true });
    const files = filesOf(seed++);
    const output = await pushInParts(name, "xet", files, { isPullRequest: true, merge: true });
    assert.deepEqual([...(await hub.hits()).values()], [1, 1, 1, 1], "everything was cut that should be");
    await hub.heal();
    const pulls = await (
      await fetch(`${hub.url}/api/datasets/${hub.user}/${name}/discussions?type=pull_request`, {
        headers: { authorization: `Bearer ${hub.token}` },
      })
    ).json();
    assert.deepEqual(
      pulls.discussions.map(({ num, status }) => ({ num, status })),
      [{ num: 1, status: "merged" }],
    );
    assert.equal(output.pullRequestUrl, `${hub.pageOf(name)}/discussions/1`);
    assert.deepEqual(
      made(name, "refs/pr/1"),
      output.commits.map(({ oid }, i) => `${oid} ${TITLES[i]}`),
    );
    assert.equal(made(name).filter((line) => line.endsWith("In parts (#1)")).length, 1, made(name).join("\n"));
    checkRepo(hub.repoFolder(name), files);
  });
});
