// The JavaScript client of the Hub, unmodified, against the embedded Hub: under Node, and in a page of another origin.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startBrowser } from "../harness/browser.mjs";
import { bundle } from "../harness/bundle.mjs";
import { root, temporaryFolder } from "../harness/environment.mjs";
import { story } from "./javascript/story.js";
import { startClientsHub } from "./scripts.mjs";

const STEPS = 12;
const TYPES = { ".html": "text/html", ".js": "text/javascript" };

/** Serves a folder on an origin of its own. */
async function serve(folder) {
  const server = createServer((request, response) => {
    const path = request.url === "/" ? "/index.html" : request.url;
    const type = TYPES[extname(path)];
    if (type === undefined || path.includes("..")) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": type }).end(readFileSync(join(folder, path)));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

describe("@huggingface/hub", () => {
  let hub;
  before(async () => {
    hub = await startClientsHub();
  });
  after(async () => {
    await hub?.stop();
  });

  for (const type of ["model", "dataset", "space"]) {
    test(`under Node, with a ${type}`, async () => {
      const steps = await story({ hubUrl: hub.url, accessToken: hub.token, type, name: `alice/node-${type}` });
      assert.equal(steps.length, STEPS);
    });
  }

  test("in a page of another origin", async () => {
    const folder = await bundle({
      from: join(root, "pkg-tests/clients/javascript"),
      pages: ["index.html"],
      into: temporaryFolder("javascript"),
    });
    const server = await serve(folder);
    const browser = await startBrowser();
    try {
      const page = await browser.newPage();
      const refusals = [];
      page.on("console", (message) => {
        if (/CORS|Access-Control/i.test(message.text())) refusals.push(message.text());
      });
      await page.goto(server.url);
      await page.waitForFunction(() => window.story !== undefined);
      await hub.forget();
      const options = { hubUrl: hub.url, accessToken: hub.token, type: "dataset", name: "alice/page" };
      const steps = await page.evaluate((options) => window.story(options), options);
      assert.equal(steps.length, STEPS);
      assert.deepEqual(refusals, []);

      // The browser asked before it sent, both the Hub and the store.
      const preflights = (await hub.requests()).filter(({ method }) => method === "OPTIONS");
      for (const face of ["hub", "store"]) {
        assert.ok(
          preflights.some((request) => request.face === face && request.status < 300),
          `no preflight reached the ${face}`,
        );
      }
    } finally {
      await browser.close();
      server.close();
    }
  });
});
