// The JavaScript client of the Hub, unmodified, against the embedded Hub: under Node, and in a page of another origin.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import * as client from "@huggingface/hub";
import { startBrowser } from "../harness/browser.mjs";
import { bundle } from "../harness/bundle.mjs";
import { root, temporaryFolder } from "../harness/environment.mjs";
import { story } from "./javascript/story.js";
import { xetStory } from "./javascript/xet-story.js";
import { startClientsHub } from "./scripts.mjs";

const STEPS = 12;
const XET_STEPS = 7;
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

  /** What a push by Xet must have sent: a content that is known to the Hub goes nowhere a second time. */
  async function checkXet(type, name) {
    const requests = await hub.requests();
    const prefix = { model: "", dataset: "datasets/" }[type];
    const bytes = (letter) =>
      requests
        .filter(({ route, repo }) => route === "cas.xorb" && repo === `${prefix}${name}-${letter}`)
        .reduce((sum, { requestBytes }) => sum + requestBytes, 0);
    assert.ok(bytes("a") > 6_000_000 && bytes("a") < 10_000_000, `${bytes("a")} bytes`);
    assert.equal(bytes("b"), 0);
    assert.ok(bytes("c") >= 50_000 && bytes("c") < 700_000, `${bytes("c")} bytes`);
    const refused = requests.filter(
      ({ face, route, status }) => face === "cas" && status >= 400 && route !== "cas.chunk",
    );
    assert.deepEqual(refused, []);
    assert.ok(
      requests.some(({ route, method, status }) => route === "store.xorb" && method === "GET" && status === 206),
    );
    assert.ok(!requests.some(({ route }) => route === "store.put"));
  }

  for (const type of ["model", "dataset"]) {
    test(`by Xet, under Node, with a ${type}`, async () => {
      await hub.forget();
      const name = `alice/xet-node-${type}`;
      const steps = await xetStory({ hubUrl: hub.url, accessToken: hub.token, type, name });
      assert.equal(steps.length, XET_STEPS);
      await checkXet(type, name);
    });
  }

  test("by LFS where the Hub does not offer Xet", async () => {
    const plain = await startClientsHub({ flags: ["--no-xet"] });
    try {
      const known = { hubUrl: plain.url, accessToken: plain.token, repo: { type: "model", name: "alice/plain" } };
      await client.createRepo(known);
      const content = new Blob([new Uint8Array(300_000).fill(7)]);
      await client.uploadFile({ ...known, file: { path: "data.bin", content }, useXet: true });
      const blob = await client.downloadFile({ ...known, path: "data.bin" });
      assert.deepEqual(new Uint8Array(await blob.arrayBuffer()), new Uint8Array(await content.arrayBuffer()));
      const requests = await plain.requests();
      assert.ok(requests.some(({ route }) => route === "store.put"));
      assert.ok(requests.every(({ face }) => face !== "cas"));
    } finally {
      await plain.stop();
    }
  });

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

      // The same by Xet.
      await hub.forget();
      const byXet = { ...options, name: "alice/xet-page" };
      const xetSteps = await page.evaluate((options) => window.xetStory(options), byXet);
      assert.equal(xetSteps.length, XET_STEPS);
      assert.deepEqual(refusals, []);
      await checkXet("dataset", "alice/xet-page");
    } finally {
      await browser.close();
      server.close();
    }
  });
});
