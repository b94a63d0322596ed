// What a screen reader is told during one whole push: the live regions, where the focus goes, and the names of everything.
// docs/accessibility.md holds the list that is asserted here, in words.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { openPage, startBrowser } from "../harness/browser.mjs";
import { temporaryFolder } from "../harness/environment.mjs";
import { noise, writeFolder } from "../harness/fixture.mjs";
import { startHub } from "../harness/hub.mjs";
import { until } from "../harness/until.mjs";

/** Bytes per second that leave the page, so that a push has milestones. */
const UPLINK = 600_000;
/** Milliseconds between two announcements, at the least. */
const SPACING_MS = 4_000;

const files = new Map([
  [".gitignore", "*.log\n"],
  ["README.md", "# Tides\n"],
  ["debug.log", "left out\n"],
  ["deploy/id_rsa", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE\n-----END OPENSSH PRIVATE KEY-----\n"],
  ...Array.from({ length: 10 }, (_, i) => [`data/part-${i}.bin`, noise(1_200_000, i + 1)]),
]);

/** Writes down what the live regions say and where the focus goes. Runs in the page. */
function record() {
  const said = [];
  globalThis.said = said;
  const root = document.querySelector("hubferry-drop").shadowRoot;
  for (const [kind, selector] of [
    ["polite", "[role=status]"],
    ["alert", "[role=alert]"],
  ]) {
    const region = root.querySelector(selector);
    let last = "";
    new MutationObserver(() => {
      // Isolates around names are not pronounced.
      const text = region.textContent.replace(/[\u2066-\u2069]/g, "").trim();
      if (text !== "" && text !== last) said.push({ kind, text, at: performance.now() });
      last = text;
    }).observe(region, { childList: true, characterData: true, subtree: true });
  }
  root.addEventListener("focusin", (event) => {
    if (event.target.id !== "heading") return;
    const text = event.target.textContent.replace(/\s+/g, " ").trim();
    said.push({ kind: "heading", text, at: performance.now() });
  });
}

/** The accessibility tree as Chromium hands it to a screen reader: role and name of everything that is not ignored. */
async function spoken(page) {
  const cdp = await page.page.context().newCDPSession(page.page);
  const { nodes } = await cdp.send("Accessibility.getFullAXTree");
  await cdp.detach();
  return nodes
    .filter(({ ignored }) => !ignored)
    .map(({ role, name, value, description }) => ({
      role: role.value,
      name: (name?.value ?? "").replace(/[\u2066-\u2069]/g, ""),
      value: value?.value,
      description: description?.value ?? "",
    }));
}

const OPERABLE = new Set([
  "button",
  "link",
  "textbox",
  "checkbox",
  "radio",
  "combobox",
  "tree",
  "treeitem",
  "DisclosureTriangle",
]);
const named = (nodes, role) => nodes.filter((node) => node.role === role).map(({ name }) => name);

describe("a screen reader", () => {
  let hub;
  let browser;
  const folder = join(temporaryFolder("speech"), "tides");
  before(async () => {
    writeFolder(folder, files);
    hub = await startHub();
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  const everythingIsNamed = (nodes) => {
    const nameless = nodes.filter(({ role, name }) => OPERABLE.has(role) && name.trim() === "");
    assert.deepEqual(nameless, []);
  };

  test("is told the whole push, in few words", async () => {
    const page = await openPage(browser, hub);
    try {
      await page.page.evaluate(record);
      const empty = await spoken(page);
      everythingIsNamed(empty);
      assert.deepEqual(named(empty, "button"), ["Choose a folder", "Choose files"]);
      assert.match(empty.find(({ name }) => name === "Choose a folder").description, /before anything is sent/);

      await page.drop([folder]);
      await page.stage("review");
      await page.page.getByRole("heading", { name: "Worth a look" }).waitFor();
      const review = await spoken(page);
      everythingIsNamed(review);
      assert.deepEqual(named(review, "tree"), ["Files to push"]);
      assert.deepEqual(named(review, "treeitem").slice(0, 3), [
        "data 12 MB 10 files",
        "part-0.bin 1.2 MB",
        "part-1.bin 1.2 MB",
      ]);
      for (const field of ["Access token", "Branch", "Path in the repository", "Commit message"])
        assert.ok(named(review, "textbox").includes(field), field);
      assert.ok(named(review, "combobox").includes("Repository"));
      assert.deepEqual(named(review, "radio"), ["Model", "Dataset", "Space"]);

      await page.fill({ repo: `${hub.user}/spoken` });
      await page.page.locator("#field-title").focus();
      await page.page.getByText("will be created").first().waitFor();
      // Whoever listens to the end before they go on hears everything.
      const last = () => page.page.evaluate(() => globalThis.said.at(-1).text);
      await until(async () => (await last()).startsWith("Signed in"));
      await page.page.waitForTimeout(SPACING_MS);
      const cdp = await page.page.context().newCDPSession(page.page);
      await cdp.send("Network.enable");
      await cdp.send("Network.emulateNetworkConditions", {
        offline: false,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput: UPLINK,
      });
      await page.push();
      await page.stage("uploading");
      const bar = page.page.getByRole("progressbar", { name: "Push" });
      await bar.waitFor();
      const uploading = await spoken(page);
      everythingIsNamed(uploading);
      assert.deepEqual(named(uploading, "progressbar"), ["Push"]);
      assert.match(await bar.getAttribute("aria-valuetext"), /^\d+% sent, \d+% read, \d+ of 13 files/);
      for (const button of ["Pause", "Cancel"]) assert.ok(named(uploading, "button").includes(button), button);
      await page.stage("done");
      const done = await spoken(page);
      everythingIsNamed(done);
      assert.ok(named(done, "link").includes("View the commit"));

      const said = await page.page.evaluate(() => globalThis.said);
      const heard = said
        // How long it takes is not for a test to say; nor whether it takes long enough for these to be said.
        .map(({ kind, text }) => `${kind}: ${text.replace(/ sent, .* left$/, " sent")}`)
        // The first of these two may be over before anybody hears it.
        .map((line) => line.replace("Creating alice/spoken", "Getting ready to push to alice/spoken"))
        .filter((line) => !["heading: Looking through tides", "polite: Everything is sent, committing"].includes(line));
      assert.deepEqual(heard, [
        "heading: 13 files, 12 MB",
        "polite: 1 file left out. 1 thing is worth a look before you push.",
        "polite: Signed in as alice. alice/spoken will be created.",
        "heading: Getting ready to push to alice/spoken",
        "polite: Pushing 13 files, 12 MB",
        "polite: 25% sent",
        "polite: 50% sent",
        "polite: 75% sent",
        "heading: Created alice/spoken and pushed to it",
      ]);
      const polite = said.filter(({ kind }) => kind === "polite");
      for (const [i, { text, at }] of polite.entries())
        assert.ok(i === 0 || at - polite[i - 1].at >= SPACING_MS - 100, `"${text}" came too soon`);
      assert.deepEqual(page.complaints, []);
    } finally {
      await page.close();
    }
  });

  test("is told at once what is wrong", async () => {
    const page = await openPage(browser, hub);
    try {
      await page.page.evaluate(record);
      await page.drop([folder]);
      await page.fill({ repo: "alice/not a name", token: "" });
      await page.push();
      await page.page.getByText("Enter an access token").first().waitFor();
      await page.fill({ repo: "alice/refused", token: "hf_nobodyHasThisToken" });
      await page.push();
      await page.stage("failed");
      const alerts = (await page.page.evaluate(() => globalThis.said)).filter(({ kind }) => kind === "alert");
      assert.deepEqual(
        alerts.map(({ text }) => text.replace(/\. .*/s, ".")),
        ["Enter an access token: the Hub needs to know who is pushing.", "The Hub did not accept the token."],
      );
    } finally {
      await page.close();
    }
  });
});
