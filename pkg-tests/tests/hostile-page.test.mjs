// The packed package in pages whose policy or browser withholds something: it works without it, or says what it needs.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { after, before, describe, test } from "node:test";
import { startBrowser } from "../harness/browser.mjs";
import { sha256 } from "../harness/compare.mjs";
import { noise } from "../harness/fixture.mjs";
import { startHub } from "../harness/hub.mjs";
import { project } from "../harness/project.mjs";
import { checkHistory, checkRepo, countByRoute } from "../harness/pushed.mjs";
import { until } from "../harness/until.mjs";

const TYPES = {
  ".js": "text/javascript",
  ".wasm": "application/wasm",
  ".html": "text/html",
  ".bin": "application/octet-stream",
};
const dist = join(project(), "node_modules/hubferry/dist");
const content = noise(12 * 1024 * 1024, 5);
const files = new Map([["data.bin", content]]);

/** Serves the package as it was installed, a page with the policy that its URL asks for, and a large file. */
async function serve() {
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://localhost");
    response.setHeader("content-type", TYPES[extname(pathname)] ?? "text/plain");
    if (pathname === "/page.html") {
      const policy = searchParams.get("policy");
      if (policy) response.setHeader("content-security-policy", policy);
      response.end("<!doctype html><title>page</title>");
      return;
    }
    if (pathname === "/data.bin") {
      response.end(content);
      return;
    }
    const file = normalize(join(dist, pathname));
    const body = file.startsWith(dist) ? await readFile(file).catch(() => undefined) : undefined;
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

describe("a page", () => {
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

  /** Opens a page with a policy, and pushes the large file there, given as `content`. Gives what came of it, and what the page saw. */
  const push = async ({ policy = "", prepare = () => undefined, content = "bytes", useWebWorkers } = {}) => {
    const name = `hostile-${serial++}`;
    await hub.create(name);
    await hub.forget();
    const context = await browser.newContext();
    await context.addInitScript(() => {
      window.violations = [];
      document.addEventListener("securitypolicyviolation", ({ violatedDirective, effectiveDirective }) =>
        window.violations.push(effectiveDirective || violatedDirective),
      );
    });
    await context.addInitScript(prepare);
    const page = await context.newPage();
    try {
      await page.goto(`${site.url}/page.html?policy=${encodeURIComponent(policy)}`);
      const outcome = await page.evaluate(
        async ({ content, ...params }) => {
          const { uploadFile } = await import("/entry/browser.js");
          const contents = {
            bytes: async () => new Uint8Array(await (await fetch("/data.bin")).arrayBuffer()),
            stream: async () => (await fetch("/data.bin")).body,
            url: () => new URL("/data.bin", location.href),
          };
          const file = { path: "data.bin", content: await contents[content]() };
          const result = await uploadFile({ ...params, file }).then(
            ({ commit, files }) => ({ oid: commit.oid, files }),
            (error) => ({ error: { name: error.name, code: error.code, message: error.message, stack: error.stack } }),
          );
          const kept = [];
          const root = await navigator.storage?.getDirectory?.().catch(() => undefined);
          for await (const folder of root?.values() ?? []) for await (const name of folder.keys()) kept.push(name);
          return { ...result, kept, violations: window.violations };
        },
        {
          repo: hub.repo(name),
          hubUrl: hub.url,
          accessToken: hub.token,
          content,
          ...(useWebWorkers === undefined ? {} : { useWebWorkers }),
        },
      );
      return { ...outcome, name, routes: countByRoute(await hub.requests()) };
    } finally {
      await context.close();
    }
  };

  const pushed = async (options) => {
    const { error, name, files: output, kept, violations } = await push(options);
    assert.equal(error, undefined, error?.message);
    checkHistory(hub.repoFolder(name), 1);
    checkRepo(hub.repoFolder(name), files);
    assert.equal(output[0].oid, sha256(content));
    assert.deepEqual(kept, [], "nothing stays in the private storage");
    return violations;
  };

  const GOOD = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src *";

  test("with the policy that the package asks for pushes without a violation", async () => {
    assert.deepEqual(await pushed({ policy: GOOD }), []);
  });

  test("that must not compile WebAssembly is told which word its policy lacks, and nothing is asked", async () => {
    const policy = GOOD.replace(" 'wasm-unsafe-eval'", "");
    const { error, name, routes } = await push({ policy });
    assert.deepEqual([error?.name, error?.code], ["HubferryError", "unsupported"], JSON.stringify(error));
    assert.match(error.message, /Content-Security-Policy.*'wasm-unsafe-eval'/);
    assert.ok(!`${error.message} ${error.stack}`.includes(hub.token));
    assert.deepEqual(routes, {});
    checkHistory(hub.repoFolder(name), 0);
  });

  test("that has no WebAssembly is told so", async () => {
    const { error, routes } = await push({ policy: GOOD, prepare: () => delete globalThis.WebAssembly });
    assert.equal(error?.code, "unsupported", JSON.stringify(error));
    assert.match(error.message, /WebAssembly/);
    assert.deepEqual(routes, {});
  });

  test("whose policy forbids workers hashes on its own thread", async () => {
    const violations = await pushed({ policy: GOOD.replace("worker-src 'self'", "worker-src 'none'") });
    assert.ok(
      violations.length > 0 && violations.every((directive) => directive.startsWith("worker-src")),
      `${violations}`,
    );
  });

  test("that has no workers hashes on its own thread", async () => {
    assert.deepEqual(await pushed({ policy: GOOD, prepare: () => delete globalThis.Worker }), []);
  });

  test("whose workers are gone when they start hashes on its own thread", async () => {
    const prepare = () => {
      globalThis.Worker = class extends EventTarget {
        constructor() {
          super();
          setTimeout(() => this.dispatchEvent(new Event("error")), 0);
        }
        postMessage() {}
        terminate() {}
      };
    };
    await pushed({ policy: GOOD, prepare });
  });

  test("that asks for no workers gets none", async () => {
    const prepare = () => {
      globalThis.Worker = class {
        constructor() {
          throw new Error("a worker was started");
        }
      };
    };
    await pushed({ policy: GOOD, prepare, useWebWorkers: false });
  });

  for (const content of ["stream", "url"]) {
    test(`pushes a ${content} by way of its private storage, and leaves nothing there`, async () => {
      await pushed({ policy: GOOD, content });
    });
  }

  test("that is closed while it keeps a stream leaves a file that the next one takes away", async () => {
    const context = await browser.newContext();
    const open = async (work) => {
      const page = await context.newPage();
      await page.goto(`${site.url}/page.html?policy=${encodeURIComponent(GOOD)}`);
      await page.evaluate(
        async (known) => {
          const { uploadFile } = await import("/entry/browser.js");
          window.keep = (chunks) => {
            const content = new ReadableStream({
              pull: (controller) => {
                if (chunks-- > 0) controller.enqueue(new Uint8Array(1024 * 1024));
                else return new Promise(() => undefined);
              },
            });
            window.job = uploadFile({ ...known, file: { path: "x", content } });
            window.job.catch(() => undefined);
          };
          window.kept = async () => {
            const root = await navigator.storage.getDirectory();
            const folder = await root.getDirectoryHandle("hubferry-spool", { create: true });
            const names = new Set();
            // Chromium has a second file, with a longer name, while it writes.
            for await (const name of folder.keys()) names.add(name.split(".")[0]);
            return [...names];
          };
        },
        { repo: hub.repo("never"), hubUrl: hub.url, accessToken: hub.token },
      );
      await work(page);
      await page.close();
    };
    let left;
    await open(async (page) => {
      await page.evaluate(() => window.keep(12));
      await until(async () => (left = await page.evaluate(() => window.kept())).length === 1);
    });
    await open(async (page) => {
      await page.evaluate(() => window.keep(12));
      await until(async () => {
        const [only, more] = await page.evaluate(() => window.kept());
        return only !== undefined && more === undefined && only !== left[0];
      });
      await page.evaluate(() => window.job.abort());
      await until(async () => (await page.evaluate(() => window.kept())).length === 0);
    });
    await context.close();
  });

  const withoutStorage = () => {
    StorageManager.prototype.getDirectory = () => Promise.reject(new DOMException("no", "SecurityError"));
  };

  test("without private storage is told what to give in place of a long stream", async () => {
    const { error, routes } = await push({ policy: GOOD, content: "stream", prepare: withoutStorage });
    assert.equal(error?.code, "invalid_input", JSON.stringify(error));
    assert.match(error.message, /"data\.bin".*10 MiB.*Blob or File/);
    assert.deepEqual(routes, {});
  });

  test("without private storage still pushes what lies behind a URL", async () => {
    await pushed({ policy: GOOD, content: "url", prepare: withoutStorage });
  });
});
