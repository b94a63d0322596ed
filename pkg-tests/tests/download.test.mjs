// What Python pushed by Xet is read in a page: right, by a worker, into the private storage, whatever the connection does.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pythonEnvironment } from "../clients/scripts.mjs";
import { startBrowser } from "../harness/browser.mjs";
import { bundle } from "../harness/bundle.mjs";
import { sha256 } from "../harness/compare.mjs";
import { python, temporaryFolder } from "../harness/environment.mjs";
import { noise, prose, writeFolder } from "../harness/fixture.mjs";
import { startHub } from "../harness/hub.mjs";
import { importInstalled } from "../harness/project.mjs";
import { countByRoute } from "../harness/pushed.mjs";
import { pageWatch } from "../harness/watch.mjs";

const files = new Map([
  ["weights.bin", noise(30_000_000, 5)],
  ["sub/numbers.bin", Buffer.concat([noise(3_000_000, 6), Buffer.alloc(2_000_000, 7), noise(3_000_000, 6)])],
  ["notes.txt", prose(50_000, 7)],
]);
const PUSH = `
import os, sys
from huggingface_hub import HfApi
HfApi().upload_folder(repo_id="alice/read", repo_type="dataset", folder_path=sys.argv[1])
`;

describe("a page that reads", () => {
  let hub;
  let browser;
  let page;
  before(async () => {
    const source = join(temporaryFolder("download-page"), "source");
    mkdirSync(source);
    writeFileSync(join(source, "read.html"), '<!doctype html><script type="module" src="./read.js"></script>');
    writeFileSync(join(source, "read.js"), 'import * as hubferry from "hubferry"; window.hubferry = hubferry;');
    hub = await startHub({ page: await bundle({ from: source, pages: ["read.html"], into: join(source, "../dist") }) });
    await hub.create("read");
    const folder = join(temporaryFolder("download"), "pushed");
    writeFolder(folder, files);
    const env = { ...pythonEnvironment(hub), HF_HUB_DISABLE_XET: "0" };
    const { status, stderr } = spawnSync(python(), ["-c", PUSH, folder], { env, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    const stored = countByRoute(await hub.requests());
    assert.ok(
      stored["cas.xorb"] > 0 && stored["cas.shard-v2"] + (stored["cas.shard"] ?? 0) > 0,
      JSON.stringify(stored),
    );

    browser = await startBrowser();
    page = await open();
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  /** Opens the page; `prepare` runs in it before anything else. */
  const open = async (prepare) => {
    const context = await browser.newContext();
    await context.addInitScript(pageWatch);
    if (prepare !== undefined) await context.addInitScript(prepare);
    const page = await context.newPage();
    await page.goto(`${hub.url}/read.html`);
    await page.waitForFunction(() => window.hubferry !== undefined);
    const known = { repo: hub.repo("read"), hubUrl: hub.url, accessToken: hub.token };
    await page.evaluate((known) => {
      window.known = known;
      window.digestOf = async (bytes) =>
        Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)), (byte) =>
          byte.toString(16).padStart(2, "0"),
        ).join("");
    }, known);
    return page;
  };

  /** SHA-256 of a file, as the page reads it. */
  const read = (path, by = page) =>
    by.evaluate(async (path) => {
      const blob = await window.hubferry.downloadFile({ ...window.known, path });
      return window.digestOf(await new Response(blob.stream()).arrayBuffer());
    }, path);

  /** The functions of the wasm that a page has called on its own thread. */
  const called = async (by) => Object.keys((await by.evaluate(() => window.pkgTests.seen.page.wasm)) ?? {});

  test("whole files, unpacked by a worker", async () => {
    for (const [path, bytes] of files) assert.equal(await read(path), sha256(bytes), path);
    assert.deepEqual(await page.evaluate(() => window.pkgTests.violations), []);
    const calls = await called(page);
    assert.ok(
      calls.some((name) => name.startsWith("callhandle")),
      "the watch sees the page's calls",
    );
    assert.deepEqual(
      calls.filter((name) => name.startsWith("xorbpart_")),
      [],
    );
  });

  test("also where no worker may run, and when the worker goes", async () => {
    const blocked = () => {
      window.Worker = class {
        constructor() {
          throw new DOMException("blocked", "SecurityError");
        }
      };
    };
    const crashing = () => {
      const { postMessage } = Worker.prototype;
      Worker.prototype.postMessage = function (message, ...more) {
        // What is handed over goes with it.
        postMessage.call(this, message, ...more);
        if (message.type === "hubferry:unpack") this.dispatchEvent(new Event("error"));
      };
    };
    for (const prepare of [blocked, crashing]) {
      const other = await open(prepare);
      for (const [path, bytes] of files) assert.equal(await read(path, other), sha256(bytes), path);
      assert.ok((await called(other)).includes("xorbpart_unpack"));
      await other.context().close();
    }
  });

  test("ranges", async () => {
    const bytes = files.get("weights.bin");
    const spans = [
      [0, 1],
      [bytes.length - 1, bytes.length],
      [12_345_678, 12_345_678 + 200_000],
      [8 * 1024 * 1024 - 1, 8 * 1024 * 1024 + 1],
    ];
    const found = await page.evaluate(async (spans) => {
      const blob = await window.hubferry.downloadFile({ ...window.known, path: "weights.bin" });
      return Promise.all(
        spans.map(async ([start, end]) => window.digestOf(await blob.slice(start, end).arrayBuffer())),
      );
    }, spans);
    assert.deepEqual(
      found,
      spans.map(([start, end]) => sha256(bytes.subarray(start, end))),
    );
  });

  test("through connections that break and URLs that expire", async () => {
    const rules = [
      { route: "store.xorb", times: 2, reset: true, fault: { kind: "cutAnswer", afterBytes: 100_000 } },
      { route: "store.xorb", skip: 3, times: 1, fault: { kind: "expired" } },
      { route: "cas.reconstruction-v2", skip: 1, times: 1, fault: { kind: "expired" } },
    ];
    const ids = [];
    for (const rule of rules) ids.push(await hub.order(rule));
    assert.equal(await read("weights.bin"), sha256(files.get("weights.bin")));
    const hits = await hub.hits();
    await hub.heal();
    assert.deepEqual(
      ids.map((id) => hits.get(id)),
      [2, 1, 1],
    );
  });

  test("a snapshot into the private storage, and again", async () => {
    const run = () =>
      page.evaluate(async () => {
        const to = "snapshots/read";
        const { files } = await window.hubferry.snapshotDownload({ ...window.known, to });
        const found = {};
        const walk = async (folder, prefix) => {
          for await (const [name, handle] of folder) {
            if (handle.kind === "directory") await walk(handle, `${prefix}${name}/`);
            else found[prefix + name] = await window.digestOf(await (await handle.getFile()).arrayBuffer());
          }
        };
        let folder = await navigator.storage.getDirectory();
        for (const name of to.split("/")) folder = await folder.getDirectoryHandle(name);
        await walk(folder, "");
        return { found, states: [...new Set(files.map(({ state }) => state))] };
      });
    const first = await run();
    assert.deepEqual(first.states, ["downloaded"]);
    assert.deepEqual(Object.keys(first.found).sort(), [".gitattributes", ...files.keys()].sort());
    for (const [path, bytes] of files) assert.equal(first.found[path], sha256(bytes), path);
    await hub.forget();
    const second = await run();
    assert.deepEqual(second.states, ["present"]);
    assert.deepEqual(second.found, first.found);
    const { resolve, "store.xorb": xorbs } = countByRoute(await hub.requests());
    assert.deepEqual([resolve, xorbs], [undefined, undefined]);
  });

  test("a snapshot into a folder that a person chose", async () => {
    const found = await page.evaluate(async () => {
      const to = await (await navigator.storage.getDirectory()).getDirectoryHandle("chosen", { create: true });
      const old = await (await to.getFileHandle("notes.txt", { create: true })).createWritable();
      await old.write("old");
      await old.close();
      // As in browsers that cannot rename files.
      delete FileSystemFileHandle.prototype.move;
      await window.hubferry.snapshotDownload({ ...window.known, to, allowPatterns: "*.txt" });
      const names = [];
      for await (const name of to.keys()) names.push(name);
      const file = await (await to.getFileHandle("notes.txt")).getFile();
      return { names, digest: await window.digestOf(await file.arrayBuffer()) };
    });
    assert.deepEqual(found, { names: ["notes.txt"], digest: sha256(files.get("notes.txt")) });
  });

  test("what is stopped stops", async () => {
    await hub.order({ route: "store.xorb", fault: { kind: "stall" } });
    const reason = await page.evaluate(async () => {
      const controller = new AbortController();
      const known = { ...window.known, abortSignal: controller.signal };
      const blob = await window.hubferry.downloadFile({ ...known, path: "weights.bin" });
      setTimeout(() => controller.abort(new Error("enough")), 500);
      return blob.arrayBuffer().then(
        () => "it came",
        (error) => error.message,
      );
    });
    await hub.heal();
    assert.equal(reason, "enough");
  });

  test("and Node reads the same", async () => {
    const { downloadFile } = await importInstalled("hubferry");
    const known = { repo: hub.repo("read"), hubUrl: hub.url, accessToken: hub.token };
    for (const [path, bytes] of files) {
      const blob = await downloadFile({ ...known, path });
      assert.equal(sha256(Buffer.from(await blob.arrayBuffer())), sha256(bytes), path);
    }
  });
});
