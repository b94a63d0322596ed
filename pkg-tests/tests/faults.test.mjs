// What a person sees when something fails on the way: the push succeeds, or says clearly why not; there is never a second commit.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { openPage, startBrowser } from "../harness/browser.mjs";
import { temporaryFolder } from "../harness/environment.mjs";
import { noise, prose, writeFolder } from "../harness/fixture.mjs";
import { startHub } from "../harness/hub.mjs";
import { checkHistory, checkRepo, list, writesOf } from "../harness/pushed.mjs";
import { until } from "../harness/until.mjs";

/** A body with content on its way to the content-addressed store. */
const XORB = { route: "cas.xorb" };
const isXorb = ({ route, method }) => route === "cas.xorb" && method === "POST";

const READER = { name: "rita", token: "hf_ritaMayOnlyReadThings1234567890" };

/** Small files; of a seed that was not pushed before no content is known to the store. */
const smallOf = (seed) =>
  new Map([
    ["README.md", prose(300, 1)],
    ["data/a.bin", noise(200_000, seed)],
    ["data/b.bin", noise(300_000, seed + 1)],
    ["data/empty", Buffer.alloc(0)],
  ]);
const small = smallOf(2);
const forOffline = smallOf(12);
const forCancel = smallOf(22);
const large = new Map([["model.bin", noise(30_000_000, 4)]]);

describe("through the page, when something fails", () => {
  let hub;
  let browser;
  const work = temporaryFolder("faults");
  const folders = new Map();
  before(async () => {
    for (const [name, files] of [
      ["small", small],
      ["large", large],
      ["for-offline", forOffline],
      ["for-cancel", forCancel],
    ]) {
      folders.set(files, join(work, name));
      writeFolder(join(work, name), files);
    }
    hub = await startHub({ readers: [READER] });
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });
  afterEach(() => hub.heal());

  /** Drops files, fills in, pushes, and leaves the rest to `look`. */
  const push = async (name, files, look, form = {}) => {
    const page = await openPage(browser, hub);
    try {
      await page.drop([folders.get(files)]);
      await page.fill({ repo: `${hub.user}/${name}`, ...form });
      await page.push();
      return await look(page);
    } finally {
      await page.close();
    }
  };

  const isPushed = async (page, name, files) => {
    await page.stage("done");
    const repo = hub.repoFolder(name);
    const [commit] = checkHistory(repo, 1);
    assert.equal(await page.commitLink(), `${hub.pageOf(name)}/commit/${commit.oid}`);
    checkRepo(repo, files);
  };

  test("the store answers 503 twice: pushed", async () => {
    await hub.create("busy");
    const fault = await hub.order({ ...XORB, times: 2, fault: { kind: "status", status: 503 } });
    await push("busy", small, (page) => isPushed(page, "busy", small));
    assert.equal((await hub.hits()).get(fault), 2);
  });

  test("the answer to the commit is lost: exactly one commit", async () => {
    await hub.create("lost");
    const fault = await hub.order({ route: "commit", times: 1, fault: { kind: "dropAnswer" } });
    await push("lost", small, (page) => isPushed(page, "lost", small));
    assert.equal((await hub.hits()).get(fault), 1);
  });

  test("the connection breaks in the middle of 30 MB: pushed", async () => {
    await hub.create("cut");
    const rule = { ...XORB, times: 1, fault: { kind: "cutRequest", afterBytes: 15_000_000 } };
    const fault = await hub.order(rule);
    await hub.forget();
    await push("cut", large, (page) => isPushed(page, "cut", large));
    assert.equal((await hub.hits()).get(fault), 1);
    const xorbs = (await hub.requests()).filter(isXorb);
    assert.ok(
      xorbs.some(({ cut }) => cut),
      list(xorbs),
    );
  });

  test("the connection goes and comes back: the page says so, and goes on by itself", async () => {
    await hub.create("offline");
    await hub.order({ ...XORB, times: 2, fault: { kind: "delay", ms: 1500 } });
    await hub.forget();
    await push("offline", forOffline, async (page) => {
      await until(async () => (await hub.requests()).some(isXorb));
      await page.page.context().setOffline(true);
      await page.page.getByText("This device has no connection").waitFor();
      await page.page.waitForFunction(() => document.title.startsWith("Offline"));
      await page.page.context().setOffline(false);
      await isPushed(page, "offline", forOffline);
    });
  });

  test("a wrong token: a clear message, and nothing is pushed", async () => {
    await hub.create("stranger");
    await hub.forget();
    const wrong = "hf_nobodyHasThisToken";
    await push(
      "stranger",
      small,
      async (page) => {
        await page.stage("failed");
        const text = await page.text();
        assert.match(text, /token/i);
        assert.ok(!text.includes(wrong), text);
        await page.press("Change the token");
        await page.stage("review");
      },
      { token: wrong },
    );
    assert.equal(list(writesOf(await hub.requests())), "");
    checkHistory(hub.repoFolder("stranger"), 0);
  });

  test("a token that may only read: a clear message, and nothing is pushed", async () => {
    await hub.create("foreign");
    await hub.forget();
    await push(
      "foreign",
      small,
      async (page) => {
        await page.stage("failed");
        assert.match(await page.text(), /may not|not allowed|permission|write access/i);
        await page.press("Change the token");
        await page.page.getByText("this token can only read").waitFor();
      },
      { token: READER.token },
    );
    checkHistory(hub.repoFolder("foreign"), 0);
  });

  test("a repo that does not exist is created, and a branch too", async () => {
    await push("made", small, async (page) => {
      await page.stage("done");
      assert.match(await page.text(), /Created alice\/made and pushed to it/);
    });
    checkHistory(hub.repoFolder("made"), 1);
    checkRepo(hub.repoFolder("made"), small);
    await push("made", small, (page) => page.stage("done"), { branch: "second", path: "below" });
    checkHistory(hub.repoFolder("made"), 1);
  });

  test("cancelled: every request ends, and there is no commit", async () => {
    await hub.create("cancelled");
    await hub.order({ ...XORB, fault: { kind: "stall" } });
    await hub.forget();
    await push("cancelled", forCancel, async (page) => {
      const stalled = async () => (await hub.requests()).filter(isXorb);
      await until(async () => (await stalled()).length === 1);
      await page.press("Cancel");
      await page.stage("cancelled");
      // The Hub hears of it a moment later.
      await until(async () => (await hub.requests()).every(({ endedAt }) => endedAt !== null));
      const before = (await hub.requests()).length;
      assert.ok(
        (await stalled()).every(({ cut, status }) => cut && status === null),
        list(await stalled()),
      );
      await page.press("Back to the files");
      await page.stage("review");
      const later = (await hub.requests())
        .slice(before)
        .filter(({ method }) => method !== "GET" && method !== "OPTIONS");
      assert.equal(list(later), "");
    });
    checkHistory(hub.repoFolder("cancelled"), 0);
  });
});
