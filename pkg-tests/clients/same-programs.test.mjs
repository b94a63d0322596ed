// Programs for @huggingface/hub, run with it and, with only the import line changed, with the packed package, each on a Hub of its own. What
// they give is the same, but for times, and for names of commits, in which times are. What differs is what docs/migrating.md says.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import * as peer from "@huggingface/hub";
import { root } from "../harness/environment.mjs";
import { commits, refs, tree } from "../harness/git.mjs";
import { startHub } from "../harness/hub.mjs";
import { importInstalled, workFolder } from "../harness/project.mjs";
import { files as made } from "../matrix/files.js";

const PROGRAMS = [
  "add-and-delete",
  "branch-and-pull-request",
  "delete-files",
  "list-and-download",
  "upload-with-progress",
];
const LARGE = [0, 1, 2, 3].map((i) => `samples/${i}.bin`).concat("weights/model.bin", "weights/tiny.safetensors");
const THEIRS = 'from "@huggingface/hub"';
const programs = join(root, "pkg-tests/programs");

/** Of two equal files @huggingface/hub tells the progress of one, so there are no two here. */
const files = () => new Map([...made(7)].filter(([path]) => path !== "weights/equal.bin"));

/** A value with the Hub's address, the times and the names of commits replaced; equal names stay equal. */
function normalized(value, hub, isCommit) {
  const names = new Map();
  const nameOf = (oid) => {
    if (!names.has(oid)) names.set(oid, `commit ${names.size + 1}`);
    return names.get(oid);
  };
  const text = (value) =>
    /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)
      ? "a time"
      : value
          .replaceAll(hub.url, "http://hub")
          .replace(/\b[0-9a-f]{40}\b/g, (oid) => (isCommit(oid) ? nameOf(oid) : oid));
  const walk = (value, key) => {
    // @huggingface/hub cuts some contents in other places than the Hub's own clients and this package do.
    if (key === "xetHash") return value?.length;
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map((one) => walk(one));
    // Each repo was made in its own second.
    if (value instanceof Date && !Number.isNaN(value.getTime())) return "a Date";
    if (typeof value !== "object" || value === null) return value;
    // A key without a value is none to who reads it.
    const entries = Object.entries(value).filter(([, one]) => one !== undefined);
    return Object.fromEntries(entries.map(([key, one]) => [key, walk(one, key)]));
  };
  return walk(value);
}

/** What the events say: the phases, of each large file in which phase it was stored, and which were hashed; progress never goes back. */
function courseOf(events) {
  const phases = [];
  const stored = {};
  const last = new Map();
  for (const event of events) {
    if (event.event === "phase") {
      phases.push(event.phase);
      continue;
    }
    const { path, state, progress } = event;
    const key = `${state} ${path}`;
    assert.ok(progress >= (last.get(key) ?? 0) && progress <= 1, `${key}: ${progress} after ${last.get(key)}`);
    last.set(key, progress);
    if (state === "uploading" && progress === 1 && LARGE.includes(path)) stored[path] = phases.at(-1);
  }
  const hashed = LARGE.filter((path) => last.get(`hashing ${path}`) === 1);
  return { phases, stored, hashed };
}

/** The repo as git sees it: branches, the files of each, the titles of its history. */
function repoOf(hub, name) {
  const folder = hub.repoFolder(name, "model");
  const found = {};
  for (const ref of refs(folder)) {
    const files = [...tree(folder, ref)].map(([path, { oid, mode }]) => `${mode} ${oid} ${path}`);
    found[ref] = { files, titles: commits(folder, ref).map(({ title }) => title) };
  }
  return found;
}

describe("the same program with @huggingface/hub and with hubferry", () => {
  const places = {};
  const hubs = {};
  before(async () => {
    places.ours = workFolder();
    places.theirs = join(places.ours, "theirs");
    mkdirSync(places.theirs);
    symlinkSync(join(root, "node_modules"), join(places.theirs, "node_modules"));
    for (const who of ["theirs", "ours"]) hubs[who] = await startHub();
  });
  after(async () => {
    for (const hub of Object.values(hubs)) await hub.stop();
  });

  /** Runs a program where its import finds the one package or the other. */
  async function run(who, name, options) {
    const source = readFileSync(join(programs, `${name}.mjs`), "utf8");
    assert.equal(source.split(THEIRS).length, 2, "it has one import line");
    const file = join(places[who], `${name}.mjs`);
    writeFileSync(file, who === "ours" ? source.replace(THEIRS, 'from "hubferry"') : source);
    const { default: program } = await import(pathToFileURL(file).href);
    const hub = hubs[who];
    const known = { hubUrl: hub.url, accessToken: hub.token, repo: hub.repo(name, "model"), ...options };
    return await program({ ...known, files: files() });
  }

  /** The result of each, with the commits' names replaced: contents and folders have the same names on both Hubs, commits have not. */
  async function both(name, options) {
    const results = {};
    for (const who of ["theirs", "ours"]) results[who] = await run(who, name, options);
    const oidsOf = (value) => new Set(JSON.stringify(value).match(/\b[0-9a-f]{40}\b/g) ?? []);
    const [theirs, ours] = [oidsOf(results.theirs), oidsOf(results.ours)];
    const isCommit = (oid) => !(theirs.has(oid) && ours.has(oid));
    return Object.fromEntries(
      Object.entries(results).map(([who, result]) => [who, normalized(result, hubs[who], isCommit)]),
    );
  }

  test("no program is left out", () => {
    assert.deepEqual(
      readdirSync(programs).sort(),
      PROGRAMS.map((name) => `${name}.mjs`),
    );
  });

  for (const name of PROGRAMS.filter((name) => name !== "upload-with-progress")) {
    test(`${name}: the same results, and the same repo`, async () => {
      const { theirs, ours } = await both(name);
      assert.deepStrictEqual(ours, theirs);
      if (name === "delete-files") return;
      assert.deepStrictEqual(repoOf(hubs.ours, name), repoOf(hubs.theirs, name));
    });
  }

  for (const useXet of [true, false]) {
    test(`upload-with-progress by ${useXet ? "Xet" : "LFS"}: the same result, phases and finished files`, async () => {
      for (const who of ["theirs", "ours"]) {
        const { hubUrl, accessToken, repo } = {
          hubUrl: hubs[who].url,
          accessToken: hubs[who].token,
          repo: hubs[who].repo("upload-with-progress", "model"),
        };
        if (await peer.repoExists({ hubUrl, accessToken, repo })) await peer.deleteRepo({ hubUrl, accessToken, repo });
      }
      const { theirs, ours } = await both("upload-with-progress", { useXet });
      const [{ events: theirEvents, ...theirResult }, { events: ourEvents, ...ourResult }] = [theirs, ours];
      assert.deepStrictEqual(ourResult, theirResult);
      const [theirCourse, ourCourse] = [courseOf(theirEvents), courseOf(ourEvents)];
      assert.deepEqual(ourCourse.phases, theirCourse.phases);
      assert.deepEqual(ourCourse.stored, theirCourse.stored);
      assert.deepEqual(Object.keys(ourCourse.stored).sort(), LARGE);
      // By Xet a file is hashed while it is sent.
      if (!useXet) assert.deepEqual(ourCourse.hashed, theirCourse.hashed);
      assert.deepStrictEqual(repoOf(hubs.ours, "upload-with-progress"), repoOf(hubs.theirs, "upload-with-progress"));
    });
  }

  test("what differs: a parent that is not the head any more is found before anything is sent", async () => {
    const ours = await importInstalled("hubferry");
    const refusal = async (client, who) => {
      const hub = hubs[who];
      const known = { hubUrl: hub.url, accessToken: hub.token, repo: hub.repo("add-and-delete", "model") };
      const parentCommit = commits(hub.repoFolder("add-and-delete", "model")).at(-1).oid;
      const operations = [{ operation: "delete", path: "README.md" }];
      await hub.forget();
      const error = await client.commit({ ...known, title: "Late", parentCommit, operations }).catch((error) => error);
      const sent = (await hub.requests()).filter(({ route }) => route === "commit").length;
      return { isApi: error instanceof client.HubApiError, status: error.statusCode, code: error.code, sent };
    };
    const theirs = { isApi: true, status: 412, code: undefined, sent: 1 };
    assert.deepEqual(await refusal(peer, "theirs"), theirs);
    assert.deepEqual(await refusal(ours, "ours"), { ...theirs, code: "conflict", sent: 0 });
  });
});
