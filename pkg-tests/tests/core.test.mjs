// hubferry/core of the packed package: the known answers in Node, on a page and in a worker; and that no code comes along that could
// send anything.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { checkVectors, FILES } from "../../tests/vectors/core.mjs";
import { startBrowser } from "../harness/browser.mjs";
import { bundle } from "../harness/bundle.mjs";
import { root, temporaryFolder } from "../harness/environment.mjs";
import { importInstalled, project } from "../harness/project.mjs";
import { serveFolder } from "../harness/static.mjs";

const files = Object.fromEntries(
  FILES.map((name) => [name, JSON.parse(readFileSync(join(root, `tests/vectors/${name}.json`), "utf8"))]),
);
/** Fewer would mean that rows were skipped. */
const LEAST_ANSWERS = 600;

describe("hubferry/core", () => {
  const from = join(root, "pkg-tests/core");
  let server;
  let browser;
  before(async () => {
    server = await serveFolder(
      await bundle({ from, pages: ["index.html"], into: join(temporaryFolder("core"), "dist") }),
    );
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  test("in Node: the known answers, and beside the main entry one engine", async () => {
    const core = await importInstalled("hubferry/core");
    assert.ok((await checkVectors(core, files)) >= LEAST_ANSWERS);
    const hubferry = await importInstalled("hubferry");
    assert.equal(hubferry.HubferryError, core.HubferryError);
    assert.equal(hubferry.init, core.init);
  });

  for (const place of ["onPage", "inWorker"]) {
    test(`in Chromium, ${place}: the known answers, and nothing is asked for but its own files`, async () => {
      const page = await browser.newPage();
      try {
        await page.goto(`${server.url}/index.html`);
        const compared = await page.evaluate(([place, files]) => window[place](files), [place, files]);
        assert.ok(compared >= LEAST_ANSWERS, `${compared} answers`);
        for (const path of server.requests)
          assert.match(path, /^\/(index\.html|favicon\.ico|assets\/[^/]+\.(js|wasm))$/);
        assert.ok(server.requests.some((path) => path.endsWith(".wasm")));
      } finally {
        await page.close();
      }
    });
  }

  test("its code can load the engine's own file, and has no other way to the network", async () => {
    const into = join(temporaryFolder("core-alone"), "dist");
    await bundle({ from, pages: ["alone.js"], into });
    const scripts = readdirSync(join(into, "assets")).filter((name) => name.endsWith(".js"));
    const code = scripts.map((name) => readFileSync(join(into, "assets", name), "utf8")).join("\n");
    assert.ok(code.length > 5000, `${code.length} bytes of code`);
    assert.equal(code.match(/\bfetch\(/g)?.length, 1);
    for (const word of [
      "XMLHttpRequest",
      "sendBeacon",
      "WebSocket",
      "EventSource",
      "importScripts",
      "huggingface.co",
    ]) {
      assert.ok(!code.includes(word), word);
    }
  });

  test("in Node its modules are those of hashing, and none of those that speak with the Hub", () => {
    const seen = new Set();
    const visit = (file) => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const [, path] of readFileSync(file, "utf8").matchAll(/from\s*"(\.[^"]+)"|import\s*"(\.[^"]+)"/g)) {
        visit(join(file, "..", path));
      }
    };
    const dist = join(project(), "node_modules/hubferry/dist");
    visit(join(dist, "entry/core-node.js"));
    const names = [...seen].map((file) => file.slice(dist.length + 1));
    assert.ok(names.length > 8, names.join());
    assert.deepEqual(
      names.filter((name) => /^(transport|hub|upload|element)\/|^driver|^io\.js/.test(name)),
      [],
    );
  });
});
