// One package everywhere: in each bundler and runtime the packed package pushes a folder by Xet and by LFS, and reads it back. What is left on
// the Hub is looked at from outside. At the end stands a table, which is kept as JSON, too.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import * as esbuild from "../bundlers/esbuild.mjs";
import { lookThrough } from "../bundlers/look.mjs";
import * as plain from "../bundlers/plain.mjs";
import * as rollup from "../bundlers/rollup.mjs";
import * as vite from "../bundlers/vite.mjs";
import * as webpack from "../bundlers/webpack.mjs";
import * as firefox from "../browsers/firefox.mjs";
import { redirects } from "../browsers/redirects.mjs";
import { told } from "../browsers/told.mjs";
import * as webkit from "../browsers/webkit.mjs";
import { startBrowser } from "../harness/browser.mjs";
import { differences, digestsOf } from "../harness/compare.mjs";
import { root, temporaryFolder } from "../harness/environment.mjs";
import { writeFolder } from "../harness/fixture.mjs";
import { startHub } from "../harness/hub.mjs";
import { workFolder } from "../harness/project.mjs";
import { checkHistory, checkRepo, countByRoute } from "../harness/pushed.mjs";
import { serveFolder } from "../harness/static.mjs";
import { startWorker, version as wranglerVersion, workerFolder } from "../harness/wrangler.mjs";
import { files } from "../matrix/files.js";
import { keep, table } from "../matrix/table.mjs";
import { runtimes } from "../runtimes/install.mjs";

const WAYS = ["xet", "lfs"];
const sources = join(root, "pkg-tests/matrix");

describe("the matrix", () => {
  let hub;
  let browser;
  let seed = 0;
  const rows = [];

  before(async () => {
    hub = await startHub();
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
    console.log(`\n${table(rows)}\n\nalso in ${keep(rows)}`);
  });

  /** Has one cell told by whoever runs it, and checks what it says and what it left; `run` gets the options of the story. */
  async function cell(name, way, run) {
    seed += 1;
    const wanted = new Map([...files(seed)].map(([path, bytes]) => [path, Buffer.from(bytes)]));
    const repo = `${name}-${way}`.toLowerCase().replace(/[^a-z0-9]+/g, "-");
    const folder = join(temporaryFolder("matrix"), "folder");
    writeFolder(folder, wanted);
    await hub.forget();
    const started = performance.now();
    const known = { hubUrl: hub.url, accessToken: hub.token, repo: hub.repo(repo), useXet: way === "xet" };
    const told = await run({ known, seed, folder });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);

    assert.deepEqual(differences(new Map(Object.entries(told.back)), digestsOf(wanted)), []);
    assert.equal(told.verified, true);
    assert.deepEqual(told.phases, ["preuploading", "uploadingLargeFiles", "committing"]);
    const [commit] = checkHistory(hub.repoFolder(repo), 1);
    assert.equal(told.oid, commit.oid);
    const large = checkRepo(hub.repoFolder(repo), wanted);
    assert.ok(large.has("weights/model.bin") && large.has("weights/tiny.safetensors"), [...large].join());
    const { "cas.xorb": xorbs = 0, "store.put": puts = 0 } = countByRoute(
      (await hub.requests()).filter(({ method }) => method !== "GET"),
    );
    assert.deepEqual([xorbs > 0, puts > 0], way === "xet" ? [true, false] : [false, true], `${xorbs}, ${puts}`);
    return { seconds, files: Object.keys(told.back).length };
  }

  for (const [name, find] of Object.entries(runtimes)) {
    test(`${name} pushes a folder by its path, and reads it back`, async () => {
      const { command, version } = find();
      const row = { name, version };
      const work = workFolder();
      for (const file of ["disk.js", "story.js"]) cpSync(join(sources, file), join(work, file));
      for (const way of WAYS) {
        row[way] = await cell(name, way, ({ known, folder }) =>
          printed([...command, "disk.js", JSON.stringify({ ...known, folder })], work),
        );
      }
      rows.push(row);
    });
  }

  test("workerd pushes files that are made there, and reads them back", async () => {
    const folder = workerFolder(join(sources, "workerd"));
    for (const file of ["files.js", "story.js"]) cpSync(join(sources, file), join(folder, file));
    const worker = await startWorker(folder, {});
    try {
      const row = { name: "workerd", version: `wrangler ${wranglerVersion}` };
      for (const way of WAYS) {
        row[way] = await cell("workerd", way, async ({ known, seed }) => {
          const response = await fetch(worker.url, { method: "POST", body: JSON.stringify({ ...known, seed }) });
          const text = await response.text();
          assert.equal(response.status, 200, text);
          return JSON.parse(text);
        });
      }
      rows.push(row);
    } finally {
      await worker.stop();
    }
  });

  for (const bundler of [vite, webpack, esbuild, rollup, plain]) {
    test(`a page by ${bundler.name}: nothing of Node in it, the wasm once; it pushes a folder and reads it back`, async () => {
      const folder = workFolder();
      for (const file of ["files.js", "story.js", "page.js", "page-served.js", "index.html"])
        cpSync(join(sources, file), join(folder, file));
      const out = await bundler.bundle(folder);
      // Without a bundler, the files for other runtimes and the build with threads lie there and are not loaded.
      const isWhole = bundler === plain;
      if (!isWhole) lookThrough(folder, out);
      const server = await serveFolder(out);
      try {
        const row = { name: bundler.name, version: bundler.version, browser: `Chromium ${browser.version()}` };
        for (const way of WAYS) row[way] = await cell(bundler.name, way, (given) => inChromium(server.url, given));
        rows.push(row);
        const engines = new Set(server.requests.filter((path) => path.endsWith(".wasm")));
        assert.equal(engines.size, 1, [...engines].join());
        for (const path of server.requests) assert.doesNotMatch(path, /\/(node|cli|edge)\//);
      } finally {
        await server.stop();
      }
    });
  }

  for (const other of [firefox, webkit]) {
    test(`${other.name}: the page that Vite has built pushes files and reads them back`, async () => {
      const folder = workFolder();
      for (const file of ["files.js", "story.js", "page.js", "index.html"])
        cpSync(join(sources, file), join(folder, file));
      const server = await serveFolder(await vite.bundle(folder));
      const visit = (push) => {
        const asked = new URLSearchParams({ push: JSON.stringify(push) });
        return told(other, server, `index.html?${asked}`);
      };
      try {
        const browser = `${other.name} ${await other.version()}`;
        const row = { name: vite.name, version: vite.version, browser };
        row.xet = await cell(other.name, "xet", ({ known, seed }) => visit({ ...known, seed }));
        // What is pushed by LFS is read through a redirect to another origin.
        const { isFollowed, asked } = await redirects(other);
        const isReadOpenly = !isFollowed;
        row.lfs = await cell(other.name, "lfs", ({ known, seed }) => visit({ ...known, seed, isReadOpenly }));
        if (isReadOpenly) {
          assert.equal(asked, "authorization");
          row.lfs.note = `read without the token: ${browser} asks the store for leave to send it, though it would not`;
        }
        rows.push(row);
        assert.ok(
          server.requests.some((path) => /worker/.test(path)),
          server.requests.join(),
        );
      } finally {
        await server.stop();
      }
    });
  }

  /** Chooses the folder on a page and pushes it there. */
  async function inChromium(url, { known, folder }) {
    const page = await browser.newPage();
    const complaints = [];
    let workers = 0;
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("worker", () => (workers += 1));
    try {
      await page.goto(`${url}/index.html`);
      await page.waitForFunction(() => window.push !== undefined);
      await page.setInputFiles("#folder", folder);
      const told = await page.evaluate((known) => window.push(known), known);
      assert.ok(workers > 0, "no worker came up");
      // Chromium notes every status from 400 on, also of what is asked for and not there.
      assert.deepEqual(
        complaints.filter((text) => !text.startsWith("Failed to load resource")),
        [],
      );
      return told;
    } finally {
      await page.close();
    }
  }
});

/** What a program prints, as JSON. */
async function printed([file, ...words], cwd) {
  const child = spawn(file, words, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) child[name].setEncoding("utf8").on("data", (text) => (said[name] += text));
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  assert.equal(code, 0, `${file} ended with ${code}: ${said.stderr}`);
  return JSON.parse(said.stdout);
}
