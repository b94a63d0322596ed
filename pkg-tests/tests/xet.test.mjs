// Pushes by Xet from a page of Chromium with the packed package: by workers, with the caller's own fetch, with a worker that is killed
// in the middle. What the page's own thread does not do, and what the workers do once only, is counted where it happens.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { after, before, describe, test } from "node:test";
import { startBrowser } from "../harness/browser.mjs";
import { temporaryFolder } from "../harness/environment.mjs";
import { noise, prose } from "../harness/fixture.mjs";
import { startHub } from "../harness/hub.mjs";
import { importInstalled, project } from "../harness/project.mjs";
import { until } from "../harness/until.mjs";

const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };
const dist = join(project(), "node_modules/hubferry/dist");
const MIB = 1024 * 1024;
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** Runs in the page and in each worker: counts bytes that are read from blobs, calls of the engine, and workers. */
function count(thread) {
  const channel = new BroadcastChannel("counts");
  const tell = (what, amount = 1) =>
    thread === "page" ? note({ thread, what, amount }) : channel.postMessage({ thread, what, amount });
  const note = ({ thread, what, amount }) => {
    const counts = (globalThis.counts[thread] ??= {});
    counts[what] = (counts[what] ?? 0) + amount;
  };
  if (thread === "page") {
    globalThis.counts = {};
    globalThis.workers = [];
    channel.addEventListener("message", ({ data }) => note(data));
    globalThis.Worker = class extends Worker {
      constructor(...args) {
        super(...args);
        globalThis.workers.push(this);
      }
      terminate() {
        this.isOver = true;
        super.terminate();
      }
    };
  }
  const read = Blob.prototype.arrayBuffer;
  Blob.prototype.arrayBuffer = function () {
    tell("read", this.size);
    return read.call(this);
  };
  const { read: readStream } = ReadableStreamDefaultReader.prototype;
  ReadableStreamDefaultReader.prototype.read = async function () {
    const result = await readStream.call(this);
    if (!result.done) tell("read", result.value.length);
    return result;
  };
  const { Instance } = WebAssembly;
  const { instantiate, instantiateStreaming } = WebAssembly;
  const counted = (instance) => {
    const exports = Object.fromEntries(
      Object.entries(instance.exports).map(([name, value]) => [
        name,
        typeof value === "function" && /^(packer|dedupauthority|sha256|gitblob)/.test(name)
          ? (...args) => {
              tell(name);
              return value(...args);
            }
          : value,
      ]),
    );
    return new Proxy(instance, {
      get: (target, key) => (key === "exports" ? exports : Reflect.get(target, key, target)),
    });
  };
  WebAssembly.instantiate = async (source, imports) => {
    const result = await instantiate(source, imports);
    return result instanceof Instance ? counted(result) : { ...result, instance: counted(result.instance) };
  };
  WebAssembly.instantiateStreaming = async (source, imports) => {
    const { module, instance } = await instantiateStreaming(source, imports);
    return { module, instance: counted(instance) };
  };
  WebAssembly.Instance = new Proxy(Instance, { construct: (target, args) => counted(new target(...args)) });
}

/** Serves the package as it was installed, with the count in front of its worker's script. */
async function serve() {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    response.setHeader("content-type", TYPES[extname(pathname)] ?? "text/plain");
    if (pathname === "/page.html") {
      response.end('<!doctype html><title>page</title><input id="files" type="file" multiple>');
      return;
    }
    const file = normalize(join(dist, pathname));
    const body = file.startsWith(dist) ? await readFile(file).catch(() => undefined) : undefined;
    if (body === undefined) response.writeHead(404).end();
    else response.end(pathname === "/compute/worker.js" ? `(${count})("worker");\n${body}` : body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

describe("in a page", () => {
  let hub;
  let browser;
  let site;
  let serial = 0;
  before(async () => {
    hub = await startHub();
    browser = await startBrowser();
    site = await serve();
  });
  after(async () => {
    await browser?.close();
    site?.stop();
    await hub?.stop();
  });

  /** Opens a page with files of the disk. */
  const open = async (files) => {
    const name = `xet-${serial++}`;
    await hub.create(name);
    await hub.forget();
    const folder = temporaryFolder("xet");
    const paths = [...files].map(([path, bytes]) => {
      writeFileSync(join(folder, path), bytes);
      return join(folder, path);
    });
    const context = await browser.newContext();
    await context.addInitScript(`(${count})("page")`);
    const page = await context.newPage();
    await page.goto(`${site.url}/page.html`);
    await page.setInputFiles("#files", paths);
    await page.evaluate(async () => {
      window.hubferry = await import("/entry/browser.js");
    });
    return { name, page, close: () => context.close() };
  };

  /** Begins to push the chosen files. `ownFetch` brings one that counts. */
  const begin = ({ page, name }, { ownFetch = false, ...options } = {}) =>
    page.evaluate(
      ({ options, ownFetch }) => {
        window.fetched = 0;
        const files = Array.from(document.querySelector("#files").files, (file) => ({
          path: file.name,
          content: file,
        }));
        if (ownFetch) {
          options.fetch = (input, init) => {
            window.fetched += 1;
            return fetch(input, init);
          };
        }
        window.job = window.hubferry.uploadFiles({ ...options, files });
        window.outcome = window.job.then(
          (output) => ({ output }),
          (error) => ({ error: { code: error.code, name: error.name, message: error.message } }),
        );
      },
      {
        options: { repo: hub.repo(name), accessToken: hub.token, hubUrl: hub.url, ...options },
        ownFetch,
      },
    );
  const outcome = ({ page }) => page.evaluate(() => window.outcome);
  const counts = ({ page }) => page.evaluate(() => window.counts);
  const xorbs = async () => (await hub.requests()).filter(({ route }) => route === "cas.xorb");

  /** Reads the repo back with the package under Node, and compares. */
  const checkContents = async (name, files) => {
    const { downloadFile } = await importInstalled("hubferry");
    for (const [path, bytes] of files) {
      const blob = await downloadFile({ repo: hub.repo(name), path, accessToken: hub.token, hubUrl: hub.url });
      assert.equal(sha256(Buffer.from(await blob.arrayBuffer())), sha256(bytes), path);
    }
  };

  const mixed = new Map([
    ...Array.from({ length: 40 }, (_, i) => [`small-${i}.bin`, noise(20_000 + 1311 * i, i + 1)]),
    ["large.bin", noise(48 * MIB + 7, 99)],
    ["other.bin", noise(5 * MIB, 98)],
    ["same.bin", noise(5 * MIB, 98)],
    ["text.txt", prose(300_000, 97)],
  ]);
  const size = (files) => [...files.values()].reduce((sum, { length }) => sum + length, 0);

  test("workers read, hash, pack and send; every byte is read once, and the page's thread does none of it", async () => {
    const opened = await open(mixed);
    await begin(opened);
    const { output, error } = await outcome(opened);
    assert.equal(error, undefined);
    assert.equal(output.verified, true);
    const { page: here = {}, worker } = await counts(opened);
    assert.deepEqual(
      Object.keys(here).filter((what) => what !== "read" && !/free|^__/.test(what)),
      [],
      "the page's own thread computes nothing",
    );
    assert.equal(here.read ?? 0, 0);
    assert.ok(worker.packer_feed > 0);
    assert.ok(worker.dedupauthority_ask > 0);
    assert.equal(
      worker.read,
      size(mixed) + mixed.get("text.txt").length + 512,
      "a regular file is looked at for its type, read for its oid, and sent",
    );
    assert.ok((await xorbs()).every(({ status }) => status === 200));
    await until(
      async () => await opened.page.evaluate(() => window.workers.slice(0).filter((w) => !w.isOver).length <= 3),
    );
    await checkContents(opened.name, mixed);
    await opened.close();
  });

  test("the caller's fetch sees every request", async () => {
    const files = new Map([
      ["a.bin", noise(9 * MIB, 5)],
      ["b.bin", noise(90_000, 6)],
    ]);
    const opened = await open(files);
    await begin(opened, { ownFetch: true });
    const { error } = await outcome(opened);
    assert.equal(error, undefined);
    const fetched = await opened.page.evaluate(() => window.fetched);
    assert.equal(fetched, (await hub.requests()).filter(({ method }) => method !== "OPTIONS").length);
    assert.equal((await xorbs()).length, 1);
    await checkContents(opened.name, files);
    await opened.close();
  });

  for (const [what, which] of [
    ["one lane", [0]],
    ["two lanes, one after the other", [0, 1]],
  ]) {
    test(`the push goes on when ${what} of its workers ends without a word`, async () => {
      const files = new Map(Array.from({ length: 6 }, (_, i) => [`${i}.bin`, noise(16 * MIB, 20 + i)]));
      const opened = await open(files);
      await hub.order({ route: "cas.xorb", fault: { kind: "delay", ms: 200 } });
      await begin(opened, { useWebWorkers: { poolSize: 2 } });
      for (const index of which) {
        await until(async () => ((await counts(opened)).worker?.packer_feed ?? 0) > 3 * (index + 1));
        // Not by the package: by the system, as it were.
        await opened.page.evaluate(
          (index) =>
            Object.getPrototypeOf(window.workers[index].constructor.prototype).terminate.call(window.workers[index]),
          index,
        );
      }
      const { output, error } = await outcome(opened);
      assert.equal(error, undefined, JSON.stringify(error));
      assert.equal(output.verified, true);
      await hub.heal();
      await checkContents(opened.name, files);
      await opened.close();
    });
  }

  test("an abort in the middle leaves no worker of the push and no request", async () => {
    const files = new Map(Array.from({ length: 4 }, (_, i) => [`${i}.bin`, noise(16 * MIB, 40 + i)]));
    const opened = await open(files);
    await hub.order({ route: "cas.xorb", fault: { kind: "stall" } });
    await begin(opened, { useWebWorkers: { poolSize: 2 } });
    await until(async () => (await xorbs()).length > 0);
    await opened.page.evaluate(() => window.job.abort());
    const { error } = await outcome(opened);
    assert.equal(error.name, "AbortError");
    await until(async () => (await hub.requests()).every(({ endedAt }) => endedAt !== null));
    assert.ok(await opened.page.evaluate(() => window.workers.every(({ isOver }) => isOver)));
    await hub.heal();
    await opened.close();
  });

  test("an abort while a body is half on its way closes its connection", async () => {
    const opened = await open(new Map([["half.bin", noise(40 * MIB, 50)]]));
    await hub.order({ route: "cas.xorb", fault: { kind: "dripRequest", bytesPerSecond: MIB } });
    await begin(opened, { useWebWorkers: { poolSize: 2 } });
    await until(async () => (await xorbs()).some(({ requestBytes }) => requestBytes > 0));
    await opened.page.evaluate(() => window.job.abort());
    const { error } = await outcome(opened);
    assert.equal(error.name, "AbortError");
    await until(async () => (await hub.requests()).every(({ endedAt }) => endedAt !== null), 5);
    assert.ok((await xorbs()).every(({ requestBytes, headers }) => requestBytes < Number(headers["content-length"])));
    await hub.heal();
    await opened.close();
  });

  test("without workers it packs on the page's own thread", async () => {
    const files = new Map([
      ["a.bin", noise(9 * MIB, 60)],
      ["b.bin", noise(50_000, 61)],
    ]);
    const opened = await open(files);
    await begin(opened, { useWebWorkers: false });
    const { error } = await outcome(opened);
    assert.equal(error, undefined);
    const { page: here, worker } = await counts(opened);
    assert.equal(worker, undefined);
    assert.ok(here.packer_feed > 0);
    assert.equal(here.read, size(files));
    await checkContents(opened.name, files);
    await opened.close();
  });
});
