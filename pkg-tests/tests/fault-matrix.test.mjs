// A live sample of the fault matrix, in Chromium against the embedded Hub: each push settles; the repo holds all of it, in one commit, or
// is untouched; and by the Hub's own list of requests nothing that a store has taken came again.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startBrowser } from "../harness/browser.mjs";
import { CASES, nameOf } from "../harness/faulty-cases.mjs";
import { noise } from "../harness/fixture.mjs";
import { startHub } from "../harness/hub.mjs";
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
  const { uploadFiles } = await import("/entry/browser.js");
  const contents = files.map(({ path, base64 }) => ({
    path,
    content: new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))]),
  }));
  return uploadFiles({ ...options, files: contents }).then(
    ({ commit }) => ({ oid: commit.oid }),
    ({ name, code, message }) => ({ error: { name, code, message } }),
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
    checkRepo(repo, files);
  } else {
    const codes = row.codes ?? row.may ?? [];
    assert.ok(codes.includes(error.code), `${error.code}: ${error.message}`);
    assert.ok(!error.message.includes(hub.token), error.message);
    checkHistory(repo, 0);
    checkRepo(repo, new Map());
  }
  // Whatever was told to be taken never comes again; whatever was taken without being told comes once more at most.
  const bodies = new Map();
  for (const one of requests.filter(isContent)) bodies.set(keyOf(one), [...(bodies.get(keyOf(one)) ?? []), one]);
  for (const [key, sent] of bodies) {
    const told = sent.filter(isTold);
    assert.ok(told.length <= 1, `${key} was stored twice:\n${list(sent)}`);
    assert.ok(told.length === 0 || sent.indexOf(told[0]) === sent.length - 1, `${key} came again:\n${list(sent)}`);
  }
  const commits = requests.filter((one) => one.route === "commit" && isTold(one));
  assert.ok(commits.length <= 1, list(commits));
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
        const files = filesOf(1_000 + name.length);
        const contents = [...files].map(([path, content]) => ({ path, content: new Blob([content]) }));
        const { commit } = await hubferry.uploadFiles({ ...optionsOf(hub, name, way), files: contents });
        assert.equal((await hub.hits()).get(fault), 1);
        await judge(hub, name, files, { oid: commit.oid }, row);
      });
});
