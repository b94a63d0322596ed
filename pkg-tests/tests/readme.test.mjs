// The examples of README.md do what they say. Only what they leave open is added: where the Hub is, whose token, the page's elements.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { PushPage, startBrowser } from "../harness/browser.mjs";
import { bundle } from "../harness/bundle.mjs";
import { temporaryFolder } from "../harness/environment.mjs";
import { noise, writeFolder } from "../harness/fixture.mjs";
import { startHub } from "../harness/hub.mjs";
import { workFolder } from "../harness/project.mjs";
import { checkHistory, checkRepo } from "../harness/pushed.mjs";
import { examples } from "../harness/readme.mjs";
import { until } from "../harness/until.mjs";

/** The example with the embedded Hub's address beside the token. */
const here = (code) => code.replaceAll("accessToken", "accessToken, hubUrl");

describe("the examples of README.md", () => {
  const found = examples();
  const work = workFolder();
  let hub;
  let browser;
  before(async () => {
    const page = join(temporaryFolder("readme-page"), "source");
    mkdirSync(page);
    writeFileSync(
      join(page, "drop.html"),
      '<!doctype html><body><progress></progress><script type="module" src="./drop.js"></script></body>',
    );
    const given = `const { accessToken, hubUrl } = window.known;
      const [dropZone, bar] = [document.documentElement, document.querySelector("progress")];
      dropZone.addEventListener("dragover", (event) => event.preventDefault());`;
    writeFileSync(join(page, "drop.js"), `${given}\n${here(found.get("drop").code)}`);
    writeFileSync(join(page, "element.html"), `<!doctype html><body>${found.get("element").code}</body>`);
    hub = await startHub({
      user: "me",
      page: await bundle({ from: page, pages: ["drop.html", "element.html"], into: join(page, "../dist") }),
    });
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  const runInNode = (name) => {
    const given = "const { HF_TOKEN: accessToken, HF_ENDPOINT: hubUrl } = process.env;";
    writeFileSync(join(work, `${name}.mjs`), `${given}\n${here(found.get(name).code)}`);
    const env = { ...process.env, HF_TOKEN: hub.token, HF_ENDPOINT: hub.url };
    const { status, stderr } = spawnSync(process.execPath, [`${name}.mjs`], { cwd: work, env, encoding: "utf8" });
    assert.equal(status, 0, stderr);
  };

  test("there are six of them", () => {
    assert.deepEqual([...found.keys()], ["drop", "folder", "shell", "element", "commit", "edge"]);
    for (const [name, { code }] of found) assert.ok(code.split("\n").length <= 12, `${name} is long`);
  });

  const kept = new Map([
    ["weights.bin", noise(300_000, 1)],
    ["old.bin", noise(2_000, 2)],
  ]);

  test("a folder from Node", () => {
    writeFolder(join(work, "checkpoints"), kept);
    writeFolder(join(work, "checkpoints"), new Map([["scratch.tmp", noise(100, 3)]]));
    runInNode("folder");
    checkHistory(hub.repoFolder("model", "model"), 1);
    checkRepo(hub.repoFolder("model", "model"), kept);
  });

  test("a folder from a shell", () => {
    const env = { ...process.env, HF_TOKEN: hub.token, HF_ENDPOINT: hub.url, HF_HOME: join(work, "home") };
    const { status, stdout, stderr } = spawnSync("sh", ["-c", found.get("shell").code], {
      cwd: work,
      env,
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    const [{ oid }] = checkHistory(hub.repoFolder("runs", "model"), 1);
    assert.equal(stdout, `${hub.pageOf("runs", "model")}/commit/${oid}\n`);
    checkRepo(hub.repoFolder("runs", "model"), kept);
  });

  test("add and delete in one commit", () => {
    runInNode("commit");
    const [{ title }] = checkHistory(hub.repoFolder("model", "model"), 2);
    assert.equal(title, "Say hello");
    const expected = new Map([
      ["weights.bin", kept.get("weights.bin")],
      ["README.md", Buffer.from("# Hello")],
    ]);
    checkRepo(hub.repoFolder("model", "model"), expected);
  });

  test("a folder dropped on a page", async () => {
    await hub.create("photos");
    const photos = new Map([
      ["a.jpg", noise(200_000, 4)],
      ["below/b.jpg", noise(100_000, 5)],
    ]);
    const folder = join(work, "photos");
    writeFolder(folder, photos);
    const context = await browser.newContext();
    await context.addInitScript((known) => (window.known = known), { accessToken: hub.token, hubUrl: hub.url });
    const page = new PushPage(await context.newPage(), hub);
    const said = [];
    page.page.on("console", (message) => {
      if (message.type() === "log") said.push(message.text());
    });
    await page.page.goto(`${hub.url}/drop.html`);
    await page.drop([folder]);
    await until(() => said.length > 0 || page.complaints.length > 0);
    assert.deepEqual(page.complaints, []);
    const [{ oid }] = checkHistory(hub.repoFolder("photos"), 1);
    assert.deepEqual(said, [`${hub.pageOf("photos")}/commit/${oid}`]);
    assert.equal(await page.page.locator("progress").evaluate((bar) => bar.value), 1);
    checkRepo(hub.repoFolder("photos"), photos);
    await page.close();
  });

  test("the uploader on a page", async () => {
    const page = new PushPage(await (await browser.newContext()).newPage(), hub);
    await page.page.goto(`${hub.url}/element.html`);
    await page.stage("empty");
    assert.match(await page.text(), /Drop files or a folder/);
    assert.deepEqual(page.complaints, []);
    await page.close();
  });
});
