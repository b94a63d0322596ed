// The review does what it says: ignore files, patterns, findings, the mirror and the pull request, seen in the repo afterwards.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { openPage, startBrowser } from "../harness/browser.mjs";
import { temporaryFolder } from "../harness/environment.mjs";
import { writeFolder } from "../harness/fixture.mjs";
import { startHub } from "../harness/hub.mjs";
import { checkHistory, checkRepo } from "../harness/pushed.mjs";
import { until } from "../harness/until.mjs";

const STRANGER = { name: "bob", token: "hf_bobMayWriteElsewhere" };
const READER = { name: "carol", token: "hf_carolMayOnlyRead" };

const KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE\n-----END OPENSSH PRIVATE KEY-----\n";
const files = new Map([
  [".DS_Store", "system"],
  [".git/config", "[core]\n"],
  [".gitignore", "*.log\ncache/\n"],
  ["README.md", "# Tides\n"],
  ["cache/one.bin", "one"],
  ["cache/two.bin", "two"],
  ["data/.gitignore", "draft-*\n"],
  ["data/draft-1.csv", "0\n"],
  ["data/final.csv", "1\n"],
  ["keys/id_rsa", KEY],
  ["train.log", "epoch 1\n"],
]);
/** Those files and no others. */
const only = (...paths) => new Map(paths.map((path) => [path, Buffer.from(files.get(path) ?? "")]));
const RESPECTED = [".gitignore", "README.md", "data/.gitignore", "data/final.csv", "keys/id_rsa"];

describe("the review", () => {
  const work = temporaryFolder("review");
  const folder = join(work, "tides");
  let hub;
  let browser;
  before(async () => {
    writeFolder(folder, files);
    const flags = ["--user", `${STRANGER.name}:${STRANGER.token}`];
    hub = await startHub({ flags, readers: [READER] });
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  const withPage = async (look) => {
    const page = await openPage(browser, hub);
    try {
      await look(page);
      assert.deepEqual(page.complaints, []);
    } finally {
      await page.close();
    }
  };
  const heading = (page, words) => page.page.getByRole("heading", { name: words }).waitFor();
  const option = async (page, name) => {
    if (!(await page.page.getByLabel(name).isVisible())) await page.page.getByText("Options").click();
    return page.page.getByLabel(name);
  };
  const send = async (page, name, form = {}) => {
    await page.fill({ repo: `${hub.user}/${name}`, ...form });
    await page.push();
  };

  test("names each rule that left something out; ignored files can be taken along and left again", () =>
    withPage(async (page) => {
      await page.drop([folder]);
      await heading(page, /^5 files/);
      await page.page.getByText(/^\d+ left out$/).click();
      const text = await page.text();
      for (const words of [
        /By \.gitignore \( 3 \)/,
        /\.gitignore:1: \*\.log/,
        /\.gitignore:2: cache\//,
        /data\/\.gitignore:1: draft-\*/,
        /Left behind by the system \( 1 \)/,
        /Never pushed \( 1 \)/,
      ])
        assert.match(text, words);
      await page.press("Take them along");
      await heading(page, /^9 files/);
      await page.press("Leave them out");
      await heading(page, /^5 files/);
      await (await option(page, "Respect .gitignore")).uncheck();
      await heading(page, /^9 files/);
      await send(page, "along");
      await page.stage("done");
      const expected = only(...RESPECTED, "cache/one.bin", "cache/two.bin", "data/draft-1.csv", "train.log");
      checkRepo(hub.repoFolder("along"), expected);
    }));

  test("a secret stands out, and is out with one click", () =>
    withPage(async (page) => {
      await page.drop([folder]);
      await page.page.locator("[data-code=looks_like_secret]").waitFor();
      await page.press("Take it out");
      await heading(page, /^4 files/);
      await until(async () => (await page.page.locator("[data-code]").count()) === 0);
      await send(page, "no-secret");
      await page.stage("done");
      checkRepo(hub.repoFolder("no-secret"), only(...RESPECTED.filter((path) => !path.endsWith("id_rsa"))));
    }));

  test("a name that no repo takes holds the push back until it is out", () =>
    withPage(async (page) => {
      const odd = join(work, "odd");
      writeFolder(
        odd,
        new Map([
          ["good.txt", "1\n"],
          ["two\nlines.txt", "2\n"],
        ]),
      );
      await page.drop([odd]);
      await heading(page, "Before this can be pushed");
      await hub.forget();
      await page.fill({ repo: `${hub.user}/odd` });
      // It says that it is disabled, and leads to the reason nevertheless.
      await page.page.locator("form button[type=submit]").click({ force: true });
      await until(async () => (await page.page.locator("hubferry-drop h3#findings:focus").count()) === 1);
      assert.equal(await page.page.locator("hubferry-drop").getAttribute("state"), "review");
      assert.ok(
        (await hub.requests()).every(({ method }) => method === "GET"),
        "nothing was asked for but who and where",
      );
      await page.press("Take it out");
      await page.push();
      await page.stage("done");
      checkRepo(hub.repoFolder("odd"), new Map([["good.txt", Buffer.from("1\n")]]));
    }));

  test("patterns decide, and a mirror deletes the rest", () =>
    withPage(async (page) => {
      await page.drop([folder]);
      await send(page, "mirror");
      await page.stage("done");
      await page.press("Upload more");
      await page.drop([folder]);
      await (await option(page, "Only these")).fill("data/*\n*.md");
      await (await option(page, "Delete files that are not in this folder")).check();
      await page.page.getByText("This commit also deletes").waitFor();
      await heading(page, /^3 files/);
      await send(page, "mirror");
      await page.stage("done");
      checkHistory(hub.repoFolder("mirror"), 2);
      checkRepo(hub.repoFolder("mirror"), only("README.md", "data/.gitignore", "data/final.csv"));
    }));

  test("who may not commit is offered a pull request, which leaves the branch alone", () =>
    withPage(async (page) => {
      await hub.create("theirs");
      await page.drop([folder]);
      await send(page, "theirs", { token: STRANGER.token });
      await page.stage("failed");
      await heading(page, "You may not write to this repository");
      checkHistory(hub.repoFolder("theirs"), 0);
      await page.press("Open a pull request instead");
      await page.stage("done");
      await heading(page, /Opened a pull request/);
      const link = await page.page.getByRole("link", { name: "View the pull request" }).getAttribute("href");
      assert.equal(link, `${hub.pageOf("theirs")}/discussions/1`);
      checkHistory(hub.repoFolder("theirs"), 0);
    }));

  test("a token that can only read is told so", () =>
    withPage(async (page) => {
      await hub.create("read-only");
      await page.drop([folder]);
      await send(page, "read-only", { token: READER.token });
      await page.stage("failed");
      await heading(page, "This token can only read");
      await page.press("Change the token");
      await until(async () => (await page.page.locator("#field-token:focus").count()) === 1);
    }));

  test("attributes say how the form begins", () =>
    withPage(async (page) => {
      await page.page.locator("hubferry-drop").evaluate((drop) => {
        drop.setAttribute("ignore-patterns", "*.csv");
        drop.setAttribute("gitignore", "off");
        drop.toggleAttribute("mirror", true);
        drop.toggleAttribute("pull-request", true);
      });
      await page.drop([folder]);
      await heading(page, /^7 files/);
      await page.page.getByText("Options").click();
      for (const [name, checked] of [
        ["Respect .gitignore", false],
        ["Delete files", true],
        ["Open a pull request", true],
      ])
        assert.equal(await page.page.getByLabel(name).isChecked(), checked, name);
    }));
});
