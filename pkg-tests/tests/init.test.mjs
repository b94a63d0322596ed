// `init({ wasm, workerUrl })` of the packed package on a page that serves the files itself, under a policy that forbids evaluation: the
// package's own places are empty, so only what `init` is given can have worked.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { build } from "esbuild";
import { packageFile } from "../bundlers/package-file.mjs";
import { root, temporaryFolder } from "../harness/environment.mjs";
import { commits } from "../harness/git.mjs";
import { project } from "../harness/project.mjs";
import { serveFolder } from "../harness/static.mjs";
import { hubAndBrowser } from "../harness/together.mjs";

const WAYS = [
  "a module",
  "a promise of a module",
  "bytes",
  "a buffer",
  "a URL",
  "a path",
  "an answer",
  "a promise of an answer",
];

describe("init on a page with a policy", () => {
  const both = hubAndBrowser();
  const site = join(temporaryFolder("init"), "site");
  const served = {};
  before(async () => {
    const { hub } = both;
    cpSync(join(root, "pkg-tests/init"), site, { recursive: true });
    cpSync(join(project(), "node_modules/hubferry/dist"), join(site, "hubferry"), { recursive: true });
    mkdirSync(join(site, "own"));
    renameSync(join(site, "hubferry/wasm/core_bg.wasm"), join(site, "own/engine.wasm"));
    rmSync(join(site, "hubferry/compute/worker.js"));
    await build({
      entryPoints: { "hubferry-worker": packageFile(project(), "hubferry/worker.js") },
      bundle: true,
      format: "esm",
      target: "es2022",
      outdir: join(site, "own"),
      logLevel: "warning",
    });
    const reachable = ["'self'", hub.url, hub.storeUrl, hub.casUrl].join(" ");
    const policy = (script) =>
      `default-src 'none'; script-src ${script}; worker-src 'self'; connect-src ${reachable}; img-src data:; base-uri 'none'`;
    const serve = (script) => serveFolder(site, { headers: { "content-security-policy": policy(script) } });
    served.usual = await serve("'self' 'wasm-unsafe-eval'");
    served.strict = await serve("'self'");
  });
  after(async () => {
    await served.usual?.stop();
    await served.strict?.stop();
  });

  const onPage = async (server, run) => {
    const page = await both.browser.newPage();
    try {
      await page.goto(`${server.url}/index.html`);
      await page.locator("html[data-ready]").waitFor();
      return await run(page);
    } finally {
      await page.close();
    }
  };

  for (const way of WAYS) {
    test(`it takes ${way}: a worker packs, and nothing is against the policy`, async () => {
      const { hub } = both;
      const name = way.replaceAll(" ", "-");
      await hub.create(name);
      await hub.forget();
      served.usual.requests.splice(0);
      const known = { hubUrl: hub.url, accessToken: hub.token, repo: hub.repo(name) };
      const told = await onPage(served.usual, (page) =>
        page.evaluate(([way, known]) => window.push(way, known), [way, known]),
      );
      assert.deepEqual(told, { oid: commits(hub.repoFolder(name))[0].oid, verified: true, violations: [] });
      assert.ok((await hub.requests()).some(({ route, method }) => route === "cas.xorb" && method === "POST"));
      const asked = served.usual.requests.filter((path) => /\.wasm$|\/(hubferry-)?worker\.js$/.test(path));
      assert.deepEqual([...new Set(asked)].sort(), ["/own/engine.wasm", "/own/hubferry-worker.js"]);
      assert.equal(asked.filter((path) => path.endsWith(".wasm")).length, 1);
    });
  }

  test("the page has no other way than these", async () => {
    assert.deepEqual(await onPage(served.usual, (page) => page.evaluate(() => window.ways)), WAYS);
  });

  test("a policy without 'wasm-unsafe-eval' is named in the error", async () => {
    const { code, message } = await onPage(served.strict, (page) => page.evaluate(() => window.refused("a URL")));
    assert.equal(code, "unsupported");
    assert.match(message, /Content-Security-Policy.*wasm-unsafe-eval/);
  });
});
