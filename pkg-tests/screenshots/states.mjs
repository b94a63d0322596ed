// Brings the page into every state that a person can see: for pictures, and for whoever checks all of them.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openPage } from "../harness/browser.mjs";
import { keptFolder, root, temporaryFolder } from "../harness/environment.mjs";
import { fixtureFolder, noise, prose, writeFolder } from "../harness/fixture.mjs";
import { startHub } from "../harness/hub.mjs";
import { until } from "../harness/until.mjs";

export const WIDE = { width: 1180, height: 860 };
export const NARROW = { width: 320, height: 700 };

/** Somebody whose token may write, but not to the repos of others. */
const STRANGER = { name: "bob", token: "hf_bobMayWriteElsewhere" };
const USERS = ["--user", `${STRANGER.name}:${STRANGER.token}`];

/** The Hubs that the states need: by LFS every file has a request of its own, so that files can be shown at every stage. */
export async function startHubs() {
  const lfs = await startHub({ flags: ["--no-xet", ...USERS] });
  const xet = await startHub({ flags: USERS });
  return {
    /** The one for a state. */
    of: (name) => (XET.has(name) ? xet : lfs),
    stop: async () => {
      await lfs.stop();
      await xet.stop();
    },
  };
}

/** States of a push by Xet, which has bodies that belong to no file. */
const XET = new Set([
  "uploading-xet",
  "paused-xet",
  "done-xet",
  "unfinished",
  "again",
  "again-other",
  "review-continued",
  "review-known",
]);

const work = temporaryFolder("states");
const put = { face: "store", method: "PUT" };
const says = (page, text) => page.page.getByText(text).first().waitFor();
let repos = 0;

const made = new Map();
/** A folder of this process, made when it is first asked for. */
function folder(name, make) {
  if (!made.has(name)) {
    make(join(work, name));
    made.set(name, join(work, name));
  }
  return made.get(name);
}

/** The folder of `make demo`. */
const sample = () =>
  folder("tides", (into) =>
    spawnSync(process.execPath, [join(root, "pkg-tests/demo/sample.mjs"), into], { stdio: "inherit" }),
  );

/** Several large files, so that some are sent while others wait. */
const parts = () =>
  folder("checkpoints", (into) =>
    writeFolder(
      into,
      new Map([
        ["README.md", `---\nlicense: apache-2.0\n---\n\n${prose(900, 1)}`],
        ["config.json", Buffer.from('{ "layers": 12 }\n')],
        ...Array.from({ length: 12 }, (_, i) => [
          `shard-${String(i + 1).padStart(2, "0")}.safetensors`,
          noise(3_000_000, i + 2),
        ]),
      ]),
    ),
  );

/** The same at a size that is remembered when the page is closed. */
const checkpoints = () =>
  folder("long run", (into) =>
    writeFolder(
      into,
      new Map([
        ["README.md", `---\nlicense: apache-2.0\n---\n\n${prose(900, 1)}`],
        ...Array.from({ length: 12 }, (_, i) => [`step-${(i + 1) * 1000}.safetensors`, noise(8_000_000, i + 2)]),
      ]),
    ),
  );

/** More files than go into one commit. */
const crowd = () =>
  folder("buoys", (into) =>
    writeFolder(
      into,
      new Map(
        Array.from({ length: 5_001 }, (_, i) => [`buoy-${String(i).padStart(4, "0")}.json`, `{ "buoy": ${i} }\n`]),
      ),
    ),
  );

/** A folder in which files change and vanish after it was dropped. */
function restless() {
  const into = join(work, `restless ${++repos}`, "survey");
  writeFolder(
    into,
    new Map([
      ["README.md", prose(400, 3)],
      ["depths.bin", noise(200_000, 4)],
      ["log/today.txt", prose(3_000, 5)],
      ["log/yesterday.txt", prose(3_000, 6)],
    ]),
  );
  return into;
}

/** A folder as it lies on somebody's disk, with much in it that should not go. */
const messy = () =>
  folder("model card draft", (into) =>
    writeFolder(
      into,
      new Map([
        [".DS_Store", "system"],
        [".env", "API_KEY=not-for-others\n"],
        [".git/config", "[core]\n"],
        [".gitignore", "*.log\ncache/\n"],
        ["README.md", prose(400, 3)],
        ["cache/batch-1.bin", noise(4000, 3)],
        ["cache/batch-2.bin", noise(4000, 4)],
        ["config.json", '{ "layers": 12 }\n'],
        ["data/Sample.csv", "1\n"],
        ["data/sample.csv", "2\n"],
        ["data/.gitignore", "draft-*\n"],
        ["data/draft-1.csv", "0\n"],
        [
          "keys/id_rsa",
          "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE\n-----END OPENSSH PRIVATE KEY-----\n",
        ],
        ["model.safetensors", noise(20_000, 6)],
        ["train.log", "epoch 1\n"],
        ["valid.log", "epoch 1\n"],
      ]),
    ),
  );

/** The same with a name that the Hub refuses. */
const refused = () =>
  folder("model card with a name", (into) =>
    writeFolder(
      into,
      new Map([
        ["README.md", prose(400, 3)],
        ["notes/two\nlines.txt", "x\n"],
        [".env", "API_KEY=1\n"],
      ]),
    ),
  );

/** Files of a few bytes, a hundred to a folder. */
const many = () =>
  join(
    keptFolder("ten-thousand-1", (into) => {
      for (let i = 0; i < 100; i++) {
        const part = join(into, "ten thousand", `part-${String(i).padStart(2, "0")}`);
        mkdirSync(part, { recursive: true });
        for (let j = 0; j < 100; j++)
          writeFileSync(join(part, `record-${String(j).padStart(2, "0")}.json`), `{ "n": ${i * 100 + j} }\n`);
      }
    }),
    "ten thousand",
  );

/** A page with files on it and the form filled in. */
async function reviewed(page, from, form = {}) {
  await page.drop([from]);
  await page.fill({ repo: `${page.hub.user}/tides-${++repos}`, ...form });
}

async function pushing(page, from = parts(), form = {}) {
  await reviewed(page, from, form);
  await page.push();
  await page.stage("uploading");
}

/** Waits until so many xorbs have been asked for by the store. */
const xorbs = (page, count) =>
  until(async () => (await page.hub.requests()).filter(({ route }) => route === "cas.xorb").length >= count);

/** A push that was stopped half-way, as it is found after the page was closed. */
async function leftOver(page) {
  await page.hub.order({ route: "cas.xorb", skip: 1, fault: { kind: "stall" } });
  await pushing(page, checkpoints());
  await xorbs(page, 2);
  // What is remembered is written a few times a second.
  await page.page.waitForTimeout(1500);
  await page.reload();
  await page.stage("empty");
  await page.hub.heal();
  await page.page.getByText("A push has not ended").waitFor();
}

async function puts(page) {
  return (await page.hub.requests()).filter(({ face, method }) => face === "store" && method === "PUT").length;
}

/** Every state: how to get there. */
export const STATES = {
  empty: () => undefined,
  "empty-notice": async (page) => {
    mkdirSync(join(work, "nothing in here"), { recursive: true });
    await page.drop([join(work, "nothing in here")]);
    await says(page, "There was no file");
  },
  "drag-over": (page) => page.dragOver([sample(), parts()]),
  scanning: async (page) => {
    // It would end by itself, and soon. Chromium has no name for the class of readers.
    await page.page.evaluate(() => {
      const { webkitGetAsEntry } = DataTransferItem.prototype;
      let calls = 0;
      DataTransferItem.prototype.webkitGetAsEntry = function () {
        const entry = webkitGetAsEntry.call(this);
        const readers = Object.getPrototypeOf(entry.createReader());
        const { readEntries } = readers;
        readers.readEntries = function (...args) {
          calls += 1;
          if (calls <= 60) readEntries.apply(this, args);
        };
        return entry;
      };
    });
    await page.drop([many()]);
    await page.page.getByText(/Found \d/).waitFor();
  },
  review: async (page) => {
    await reviewed(page, sample());
    await says(page, "will be created");
  },
  "review-odd-names": async (page) => {
    await reviewed(page, fixtureFolder());
    await page.page.getByText("odd", { exact: true }).first().click();
  },
  "review-problems": async (page) => {
    await reviewed(page, sample(), { token: "", repo: "alice/not a name", branch: "feature..x", path: "../up" });
    await page.push();
    await says(page, "Enter an access token");
  },
  "review-messy": async (page) => {
    await reviewed(page, messy());
    await says(page, "Worth a look");
    await page.page.getByText(/^\d+ left out$/).click();
  },
  "review-refused-name": async (page) => {
    await reviewed(page, refused());
    await says(page, "Before this can be pushed");
  },
  "review-options": async (page) => {
    await page.hub.create(`tides-mirrored-${repos + 1}`);
    await reviewed(page, messy(), { repo: `${page.hub.user}/tides-mirrored-${repos + 1}` });
    await page.page.getByText("Options").click();
    await page.page.getByLabel("Leave out").fill("data/*\n*.bin");
    for (const name of ["Respect .gitignore", "Delete files", "Open a pull request"])
      await page.page.getByLabel(name).click();
    await says(page, "This commit also deletes");
    await page.page.getByText("By your patterns").waitFor({ state: "attached" });
  },
  "review-10000": (page) => reviewed(page, many()),
  uploading: async (page) => {
    await page.hub.order({ ...put, skip: 5, fault: { kind: "stall" } });
    await pushing(page);
    await until(async () => (await puts(page)) >= 7);
  },
  "uploading-10000": async (page) => {
    await page.hub.order({ route: "preupload", skip: 4, fault: { kind: "stall" } });
    await pushing(page, many());
    await until(async () => (await page.hub.requests()).filter(({ route }) => route === "preupload").length > 4);
  },
  "drag-over-refused": async (page) => {
    await page.hub.order({ ...put, fault: { kind: "stall" } });
    await pushing(page);
    await page.dragOver([sample()]);
  },
  paused: async (page) => {
    await page.hub.order({ ...put, skip: 4, fault: { kind: "stall" } });
    await pushing(page);
    await until(async () => (await puts(page)) >= 5);
    await page.press("Pause");
    await says(page, "Nothing is sent until you go on");
  },
  "uploading-speed": async (page) => {
    await STATES.uploading(page);
    await page.page.locator(".pace summary").click();
    await page.page.getByLabel("Gentle", { exact: true }).check({ force: true });
    await page.page.locator("#field-limit").selectOption("own");
    await page.page.locator("#field-own-limit").fill("fast");
    await says(page, "Enter a number of megabytes");
  },
  "uploading-found": async (page) => {
    await STATES["uploading-10000"](page);
    await page.page.getByLabel("Find a file of this push").fill("part-42");
    await page.page.getByText("part-42/").first().waitFor();
  },
  "uploading-none-found": async (page) => {
    await STATES["uploading-10000"](page);
    await page.page.getByRole("button", { name: /^Failed/ }).click();
    await says(page, "No file like this");
  },
  "uploading-xet": async (page) => {
    await page.hub.order({ route: "cas.xorb", skip: 2, fault: { kind: "stall" } });
    await pushing(page, checkpoints());
    await xorbs(page, 3);
  },
  "paused-xet": async (page) => {
    await STATES["uploading-xet"](page);
    await page.press("Pause");
    await says(page, "Nothing is sent until you go on");
  },
  elsewhere: async (page) => {
    await page.hub.order({ ...put, skip: 2, fault: { kind: "stall" } });
    await pushing(page, checkpoints());
    await until(async () => (await puts(page)) >= 3);
    const form = { repo: `${page.hub.user}/tides-${repos}` };
    const other = await page.another();
    page.page = other.page;
    page.cdp = undefined;
    await other.drop([checkpoints()]);
    await other.fill(form);
    await other.push();
    await says(other, "Waiting for another tab");
  },
  limited: async (page) => {
    const busy = { kind: "status", status: 429, headers: [["retry-after", "140"]] };
    await page.hub.order({ route: "preupload", fault: busy });
    await pushing(page);
    await says(page, "Waiting for the Hub");
  },
  offline: async (page) => {
    await page.hub.order({ ...put, skip: 4, fault: { kind: "stall" } });
    await pushing(page);
    await until(async () => (await puts(page)) >= 5);
    await page.page.context().setOffline(true);
    await says(page, "This device has no connection");
  },
  retrying: async (page) => {
    // The Hub's wish is heard; that of the store is not shown to pages.
    const busy = { kind: "status", status: 503, headers: [["retry-after", "25"]] };
    await page.hub.order({ route: "lfs.batch", fault: busy });
    await pushing(page);
    await says(page, "Next try in");
  },
  committing: async (page) => {
    await page.hub.order({ route: "commit", fault: { kind: "stall" } });
    await pushing(page);
    await says(page, "Committing to");
  },
  done: async (page) => {
    await pushing(page, sample());
    await page.stage("done");
  },
  "done-xet": async (page) => {
    await pushing(page, parts());
    await page.stage("done");
  },
  "done-several-commits": async (page) => {
    await pushing(page, crowd());
    await page.stage("done");
    await page.page.getByText(/^\d+ commits$/).click();
  },
  "done-left-behind": async (page) => {
    const survey = restless();
    await reviewed(page, survey);
    writeFileSync(join(survey, "log/today.txt"), "tide is rising\n");
    rmSync(join(survey, "depths.bin"));
    await page.push();
    await page.stage("done");
  },
  unfinished: leftOver,
  again: async (page) => {
    await leftOver(page);
    await page.press(/^Continue the push/);
    await says(page, "Drop it here or choose it");
  },
  "again-other": async (page) => {
    await STATES.again(page);
    await page.drop([parts()]);
    await says(page, "is not the folder that this push was made of");
  },
  "review-continued": async (page) => {
    await STATES.again(page);
    await page.drop([checkpoints()]);
    await says(page, "Continues the push to");
  },
  "review-known": async (page) => {
    await leftOver(page);
    await page.drop([checkpoints()]);
    await says(page, "has not ended:");
  },
  "done-pull-request": async (page) => {
    await page.hub.create("tides-asked");
    await reviewed(page, sample(), { repo: `${page.hub.user}/tides-asked` });
    await page.page.getByText("Options").click();
    await page.page.getByLabel("Open a pull request").click();
    await page.push();
    await page.stage("done");
  },
  unchanged: async (page) => {
    const form = { repo: `${page.hub.user}/tides-again` };
    await pushing(page, sample(), form);
    await page.stage("done");
    await page.press("Upload more");
    await pushing(page, sample(), form);
    await page.stage("unchanged");
  },
  "failed-token": async (page) => {
    // Too short a push to be seen on the way.
    await reviewed(page, sample(), { token: "hf_nobodyHasThisToken" });
    await page.push();
    await page.stage("failed");
  },
  "failed-forbidden": async (page) => {
    await page.hub.create("tides-of-alice");
    await reviewed(page, sample(), { repo: `${page.hub.user}/tides-of-alice`, token: STRANGER.token });
    await page.push();
    await page.stage("failed");
  },
  "failed-refused": async (page) => {
    await page.hub.create("tides-refused");
    await page.hub.order({
      route: "preupload",
      fault: { kind: "status", status: 422, body: '{"error":"The Hub does not like this file"}' },
    });
    await pushing(page, sample(), { repo: `${page.hub.user}/tides-refused` });
    await page.stage("failed");
  },
  cancelled: async (page) => {
    await page.hub.order({ ...put, fault: { kind: "stall" } });
    await pushing(page);
    await page.press("Cancel");
    await page.stage("cancelled");
  },
  "cancelled-committing": async (page) => {
    await page.hub.order({ route: "commit", fault: { kind: "stall" } });
    await pushing(page);
    await says(page, "Committing to");
    await page.press("Cancel");
    await page.stage("cancelled");
  },
};

/** Opens a page, brings it into a state, hands it to `look`, and puts everything back. */
export async function inState(browser, hubs, name, look, context = {}) {
  const hub = hubs.of(name);
  const page = await openPage(browser, hub, { viewport: WIDE, colorScheme: "light", ...context });
  try {
    await hub.forget();
    await STATES[name](page);
    return await look(page);
  } finally {
    await page.close();
    await hub.heal();
  }
}
