// Brings the page into every state and takes pictures: wide and light, wide and dark, 320 px narrow.
// `node screenshots/run.mjs FOLDER [--only NAME] [--readme]`: PNGs into FOLDER; with --readme, the pictures of README.md into docs/.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { openPage, startBrowser } from "../harness/browser.mjs";
import { root, temporaryFolder } from "../harness/environment.mjs";
import { fixtureFolder, noise, prose, writeFolder } from "../harness/fixture.mjs";
import { startHub } from "../harness/hub.mjs";
import { until } from "../harness/until.mjs";

const { values: options, positionals } = parseArgs({
  options: { only: { type: "string" }, readme: { type: "boolean", default: false } },
  allowPositionals: true,
});
// Under `npm run` the folder is relative to where npm was called.
const into = resolve(process.env.INIT_CWD ?? ".", positionals[0] ?? join(root, "../screenshots"));
if (!options.readme) mkdirSync(into, { recursive: true });

const WIDE = { width: 1180, height: 860 };
const NARROW = { width: 320, height: 700 };

const hub = await startHub();
const browser = await startBrowser();
const work = temporaryFolder("screenshots");

const sample = join(work, "tides");
spawnSync(process.execPath, [join(root, "pkg-tests/demo/sample.mjs"), sample], { stdio: "inherit" });

/** Several large files, so that some are sent while others wait. */
const parts = join(work, "checkpoints");
writeFolder(
  parts,
  new Map([
    ["README.md", prose(900, 1)],
    ["config.json", Buffer.from('{ "layers": 12 }\n')],
    ...Array.from({ length: 12 }, (_, i) => [
      `shard-${String(i + 1).padStart(2, "0")}.safetensors`,
      noise(3_000_000, i + 2),
    ]),
  ]),
);

const many = join(work, "ten thousand");
for (let i = 0; i < 100; i++) {
  const folder = join(many, `part-${String(i).padStart(2, "0")}`);
  mkdirSync(folder, { recursive: true });
  for (let j = 0; j < 100; j++)
    writeFileSync(join(folder, `record-${String(j).padStart(2, "0")}.json`), `{ "n": ${i * 100 + j} }\n`);
}

const put = { face: "store", method: "PUT" };
let repos = 0;

/** A page with files on it and the form filled in. */
async function reviewed(page, folder, form = {}) {
  await page.drop([folder]);
  await page.fill({ repo: `${hub.user}/tides-${++repos}`, ...form });
}

async function pushing(page, folder = parts, form = {}) {
  await reviewed(page, folder, form);
  await page.push();
  await page.stage("uploading");
}

const storePuts = async () => (await hub.requests()).filter(({ face, method }) => face === "store" && method === "PUT");
const says = (page, text) => page.page.getByText(text).first().waitFor();

/** Every state: how to get there. */
const STATES = {
  empty: () => undefined,
  "empty-notice": async (page) => {
    mkdirSync(join(work, "nothing in here"), { recursive: true });
    await page.drop([join(work, "nothing in here")]);
    await says(page, "There was no file");
  },
  "drag-over": (page) => page.dragOver([sample, parts]),
  scanning: async (page) => {
    await page.drop(Array.from({ length: 100 }, (_, i) => join(many, `part-${String(i).padStart(2, "0")}`)));
    await page.page.getByText(/Found \d/).waitFor();
  },
  review: async (page) => {
    await reviewed(page, sample);
    await says(page, "will be created");
  },
  "review-odd-names": async (page) => {
    await reviewed(page, fixtureFolder());
    await page.page.getByText("odd", { exact: true }).first().click();
  },
  "review-problems": async (page) => {
    await reviewed(page, sample, { token: "", repo: "alice/not a name", branch: "feature..x", path: "../up" });
    await page.push();
    await says(page, "Enter an access token");
  },
  "review-10000": (page) => reviewed(page, many),
  uploading: async (page) => {
    await hub.order({ ...put, skip: 5, fault: { kind: "stall" } });
    await pushing(page);
    await until(async () => (await storePuts()).length >= 7);
  },
  "uploading-10000": async (page) => {
    await hub.order({ route: "preupload", skip: 12, fault: { kind: "stall" } });
    await pushing(page, many);
    await until(async () => (await hub.requests()).filter(({ route }) => route === "preupload").length > 12);
  },
  "drag-over-refused": async (page) => {
    await hub.order({ ...put, fault: { kind: "stall" } });
    await pushing(page);
    await page.dragOver([sample]);
  },
  paused: async (page) => {
    await hub.order({ ...put, skip: 4, fault: { kind: "stall" } });
    await pushing(page);
    await until(async () => (await storePuts()).length >= 5);
    await page.press("Pause");
    await says(page, "Nothing is sent until you go on");
  },
  offline: async (page) => {
    await hub.order({ ...put, skip: 4, fault: { kind: "stall" } });
    await pushing(page);
    await until(async () => (await storePuts()).length >= 5);
    await page.page.context().setOffline(true);
    await says(page, "This device has no connection");
  },
  retrying: async (page) => {
    // The Hub's wish is heard; that of the store is not shown to pages.
    const busy = { kind: "status", status: 503, headers: [["retry-after", "25"]] };
    await hub.order({ route: "lfs.batch", fault: busy });
    await pushing(page);
    await says(page, "Next try in");
  },
  committing: async (page) => {
    await hub.order({ route: "commit", fault: { kind: "stall" } });
    await pushing(page);
    await says(page, "Committing to");
  },
  done: async (page) => {
    await pushing(page, sample);
    await page.stage("done");
  },
  unchanged: async (page) => {
    const form = { repo: `${hub.user}/tides-again` };
    await pushing(page, sample, form);
    await page.stage("done");
    await page.press("Upload more");
    await pushing(page, sample, form);
    await page.stage("unchanged");
  },
  "failed-token": async (page) => {
    // Too short a push to be seen on the way.
    await reviewed(page, sample, { token: "hf_nobodyHasThisToken" });
    await page.push();
    await page.stage("failed");
  },
  "failed-refused": async (page) => {
    await hub.create("tides-refused");
    await hub.order({
      route: "preupload",
      fault: { kind: "status", status: 422, body: '{"error":"The Hub does not like this file"}' },
    });
    await pushing(page, sample, { repo: `${hub.user}/tides-refused` });
    await page.stage("failed");
  },
  cancelled: async (page) => {
    await hub.order({ ...put, fault: { kind: "stall" } });
    await pushing(page);
    await page.press("Cancel");
    await page.stage("cancelled");
  },
  "cancelled-committing": async (page) => {
    await hub.order({ route: "commit", fault: { kind: "stall" } });
    await pushing(page);
    await says(page, "Committing to");
    await page.press("Cancel");
    await page.stage("cancelled");
  },
};

async function pictures(page, name) {
  const shot = (variant) =>
    page.page.screenshot({ path: join(into, `${name}.${variant}.png`), animations: "disabled" });
  await shot("light");
  // It ends by itself, and soon.
  if (name === "scanning") return;
  await page.page.emulateMedia({ colorScheme: "dark" });
  await shot("dark");
  await page.page.emulateMedia({ colorScheme: "light" });
  await page.page.setViewportSize(NARROW);
  await page.page.screenshot({
    path: join(into, `${name}.narrow.png`),
    animations: "disabled",
    fullPage: !name.startsWith("drag"),
  });
}

async function inState(name, look, context = {}) {
  const page = await openPage(browser, hub, { viewport: WIDE, colorScheme: "light", ...context });
  try {
    await hub.forget();
    await STATES[name](page);
    // What follows a change by itself: announcements, the next report of numbers, a repo looked up.
    if (name !== "scanning") await page.page.waitForTimeout(600);
    await look(page);
    for (const complaint of page.complaints) console.error(`${name}: ${complaint}`);
  } finally {
    await page.close();
    await hub.heal();
  }
}

if (options.readme) {
  const docs = join(root, "docs");
  mkdirSync(docs, { recursive: true });
  const shot = (file) => (page) => page.page.screenshot({ path: join(docs, file), animations: "disabled" });
  await inState("review", async (page) => {
    // Names in scripts that this machine may have no font for.
    await page.page.getByText("notes", { exact: true }).click();
    await page.page.locator("hubferry-drop h2").focus();
    await page.page.mouse.move(0, 0);
    await shot("page.png")(page);
  });
  await inState("uploading", shot("push.png"));
} else {
  for (const name of Object.keys(STATES)) {
    if (options.only !== undefined && name !== options.only) continue;
    await inState(name, (page) => pictures(page, name));
    console.log(name);
  }
  console.log(`in ${into}`);
}
await browser.close();
await hub.stop();
