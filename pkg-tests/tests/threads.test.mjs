// `hubferry/threads`: where a page is isolated its lanes have threads, elsewhere it says so once and goes on without; what is pushed is
// the same.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startBrowser } from "../harness/browser.mjs";
import { bundle } from "../harness/bundle.mjs";
import { sha256 } from "../harness/compare.mjs";
import { root, temporaryFolder } from "../harness/environment.mjs";
import { noise, prose, writeFolder } from "../harness/fixture.mjs";
import { tree } from "../harness/git.mjs";
import { startHub } from "../harness/hub.mjs";
import { checkHistory } from "../harness/pushed.mjs";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
};

const numbers = Buffer.from(Float32Array.from({ length: 2_000_000 }, (_, at) => Math.sin(at / 1000)).buffer);
const large = noise(40_000_000, 11);
const files = new Map([
  ["noise.bin", large],
  ["again.bin", Buffer.concat([large.subarray(0, 20_000_000), noise(3_000_000, 12), large.subarray(20_000_000)])],
  ["numbers.bin", numbers],
  ["text.parquet", prose(6_000_000, 13)],
  ["small.bin", noise(70_000, 14)],
  ["README.md", Buffer.from("# Threads\n")],
]);

/** Serves a folder on an origin of its own, without the files of some name, and notes what was asked for. */
async function serve(folder, headers, without) {
  const asked = [];
  const server = createServer((request, response) => {
    const path = request.url === "/" ? "/index.html" : request.url;
    asked.push(path);
    const type = TYPES[extname(path)];
    if (type === undefined || path.includes("..") || without?.test(path)) return response.writeHead(404, headers).end();
    response.writeHead(200, { "content-type": type, ...headers }).end(readFileSync(join(folder, path)));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, asked, close: () => server.close() };
}

describe("hubferry/threads", () => {
  const folder = join(temporaryFolder("threads"), "files");
  const paths = [...files.keys()].map((path) => join(folder, path));
  const hubs = [];
  let page, browser;
  before(async () => {
    writeFolder(folder, files);
    page = await bundle({
      from: join(root, "pkg-tests/threads"),
      pages: ["index.html"],
      into: join(temporaryFolder("threads-page"), "dist"),
    });
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await Promise.all(hubs.map((hub) => hub.stop()));
  });

  /** Pushes from a page that is served with these headers, to a Hub that knows nothing of these files. */
  const push = async (headers, { without, abortsFirst = false } = {}) => {
    const hub = await startHub({ page });
    hubs.push(hub);
    await hub.create("pushed");
    const server = await serve(page, headers, without);
    const context = await browser.newContext();
    const said = [];
    try {
      const tab = await context.newPage();
      // Chromium notes every status from 400 on, also that of a chunk which nobody knows yet.
      const isStatus = /^Failed to load resource: the server responded with a status of/;
      tab.on("console", (message) => isStatus.test(message.text()) || said.push(message.text()));
      tab.on("pageerror", (error) => said.push(`uncaught: ${error.message}`));
      await tab.goto(server.url);
      await tab.setInputFiles("#files", paths);
      const known = { hubUrl: hub.url, accessToken: hub.token, repo: hub.repo("pushed") };
      if (abortsFirst) assert.equal(await tab.evaluate((options) => window.abort(options), known), "AbortError");
      const result = await tab.evaluate((options) => window.push(options), known);
      const folder = hub.repoFolder("pushed");
      checkHistory(folder, 1);
      return { ...result, hub, tree: tree(folder), said, asked: server.asked, requests: await hub.requests() };
    } finally {
      await context.close();
      server.close();
    }
  };

  /** Whether threads were started: each one loads its script. */
  const threads = ({ asked }) => asked.filter((path) => /workerHelpers/.test(path)).length;
  const xorbBytes = ({ requests }) =>
    requests
      .filter(({ route, method }) => route === "cas.xorb" && method === "POST")
      .reduce((sum, { requestBytes }) => sum + requestBytes, 0);

  let shared, plain;
  test("an isolated page pushes with threads", { timeout: 300_000 }, async () => {
    shared = await push(ISOLATED);
    assert.equal(shared.isolated, true);
    assert.deepEqual(shared.said, []);
    assert.ok(threads(shared) > 0, shared.asked.join("\n"));
  });

  test("a page without these headers pushes without threads, and is told once", { timeout: 300_000 }, async () => {
    plain = await push({});
    assert.equal(plain.isolated, false);
    assert.equal(plain.said.length, 1, plain.said.join("\n"));
    assert.match(plain.said[0], /hubferry\/threads.*Cross-Origin-Opener-Policy/);
    assert.equal(threads(plain), 0);
  });

  test("a push that is aborted takes its threads along, and the next one works", { timeout: 300_000 }, async () => {
    const again = await push(ISOLATED, { abortsFirst: true });
    assert.deepEqual(again.said, []);
    assert.deepEqual(again.tree, shared.tree);
  });

  test("where no thread comes up it is the default build, and is told once", { timeout: 300_000 }, async () => {
    const blocked = await push(ISOLATED, {
      without: /workerHelpers/,
    });
    assert.equal(blocked.said.filter((text) => text.includes("hubferry/threads")).length, 1, blocked.said.join("\n"));
    assert.deepEqual(blocked.tree, shared.tree);
  });

  test("what was pushed is the same", async () => {
    assert.deepEqual(shared.files, plain.files);
    assert.deepEqual(shared.tree, plain.tree);
    // What two files have in common was sent once.
    for (const pushed of [shared, plain]) {
      assert.ok(pushed.files.some(({ xetHash }) => xetHash !== undefined));
      assert.ok(xorbBytes(pushed) > 40_000_000 && xorbBytes(pushed) < 60_000_000, `${xorbBytes(pushed)} bytes`);
    }
    for (const [path, content] of files) {
      const response = await fetch(`${shared.hub.pageOf("pushed")}/resolve/main/${path}`);
      assert.equal(response.status, 200, path);
      assert.equal(sha256(Buffer.from(await response.arrayBuffer())), sha256(content), path);
    }
  });
});
