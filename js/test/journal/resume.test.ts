// A folder that is pushed, cut off and pushed again under Node: what was done is not done again.
import { readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import {
  createRepo,
  deleteCache,
  listCommits,
  scanCache,
  uploadFolder,
  type UploadEvent,
  type UploadFolderParams,
  type UploadJob,
} from "../../src/entry/node.js";
import { MemoryJournals } from "../../src/journal/memory.js";
import { temporaryFolder } from "../harness/folder.js";
import { suiteHub } from "../harness/suite-hub.js";

const { hub, known } = suiteHub();
const MIB = 1024 * 1024;
/** Bytes of its beginning that are read of a large file before it is read. */
const SAMPLE = 512;
let serial = 0;

beforeEach(() => {
  const before = process.env["HF_HOME"];
  process.env["HF_HOME"] = temporaryFolder();
  onTestFinished(() => {
    if (before === undefined) delete process.env["HF_HOME"];
    else process.env["HF_HOME"] = before;
  });
});

/** A folder of 33 MiB, and a repo for it. */
async function prepare(): Promise<{ params: UploadFolderParams; folder: string; home: string }> {
  const repo = `alice/resumed-${serial++}`;
  await createRepo({ ...known, repo });
  const files: Record<string, Uint8Array> = {};
  let x = serial;
  for (let file = 0; file < 11; file++) {
    files[`part-${file}.bin`] = new Uint8Array(3 * MIB).map(
      () => (x = (Math.imul(x, 1664525) + 1013904223) >>> 0) >>> 24,
    );
  }
  const folder = temporaryFolder(files);
  const home = join(process.env["HF_HOME"] ?? "", "hubferry");
  return { params: { ...known, repo, folder, useXet: false, commitTitle: "In one go" }, folder, home };
}

async function eventsOf(job: UploadJob): Promise<UploadEvent[]> {
  const events: UploadEvent[] = [];
  for await (const event of job) events.push(event);
  return events;
}

const codes = (events: UploadEvent[]): string[] =>
  events.flatMap((event) => (event.event === "warning" ? [event.code] : []));

/** Pushes until everything is stored and the commit is due, and stops there. */
async function cutOff(params: UploadFolderParams): Promise<void> {
  await hub.forget();
  await hub.order({ route: "commit", fault: { kind: "status", status: 422 } });
  await expect(uploadFolder(params)).rejects.toThrow();
  await hub.heal();
}

it("goes on where it was: nothing is read or sent twice, and there is one commit", async () => {
  const { params, folder, home } = await prepare();
  await cutOff(params);
  const { journals, size } = await scanCache();
  expect(journals).toMatchObject([
    { repo: { type: "model", name: params.repo }, branch: "main", files: 11, bytes: 33 * MIB, title: "In one go" },
  ]);
  expect(size).toBeGreaterThan(0);
  expect(journals[0]?.doneFiles).toBe(11);
  await hub.forget();
  const job = uploadFolder(params);
  const events = await eventsOf(job);
  const output = await job;
  expect(codes(events)).toEqual([]);
  expect(output.bytes).toMatchObject({ total: 33 * MIB, read: 0, sent: 0 });
  const requests = await hub.requests();
  expect(requests.filter(({ face }) => face === "store")).toEqual([]);
  expect(
    requests.filter(({ route }) => route === "whoami"),
    "it was asked before",
  ).toEqual([]);
  const titles: string[] = [];
  for await (const { title } of listCommits({ ...known, repo: params.repo })) titles.push(title);
  expect(titles.filter((title) => title === "In one go")).toHaveLength(1);
  expect(readdirSync(home), "the journal goes with the push that ended well").toEqual([]);
  expect(readdirSync(folder)).toHaveLength(11);
});

it("reads a file again that was changed meanwhile", async () => {
  const { params, folder } = await prepare();
  await cutOff(params);
  writeFileSync(join(folder, "part-3.bin"), new Uint8Array(3 * MIB).fill(7));
  const date = new Date(Date.now() + 60_000);
  utimesSync(join(folder, "part-3.bin"), date, date);
  const { bytes } = await uploadFolder(params);
  expect(bytes).toMatchObject({ read: 3 * MIB + SAMPLE, sent: 3 * MIB });
});

it("keeps nothing when that is not wanted, or not worth it", async () => {
  const { params } = await prepare();
  const small = temporaryFolder({ "a.bin": new Uint8Array(100) });
  await cutOff({ ...params, resume: false });
  await cutOff({ ...params, folder: small });
  expect(await scanCache()).toEqual({ journals: [], size: 0 });
  const { bytes } = await uploadFolder(params);
  expect(bytes.read).toBe(33 * MIB + 11 * SAMPLE);
});

it("lets two pushes of the same folder go one after the other", async () => {
  const { params } = await prepare();
  const jobs = [uploadFolder(params), uploadFolder(params)];
  const events = await Promise.all(jobs.map((job) => eventsOf(job)));
  expect(events.flatMap(codes), "one of them, whichever").toEqual(["waiting_for_other_push"]);
  const outputs = await Promise.all(jobs);
  expect(outputs.flatMap(({ commits }) => commits)).toHaveLength(1);
  expect(outputs.reduce((sum, { bytes }) => sum + bytes.sent, 0)).toBe(33 * MIB);
});

it("is forgotten by deleteCache, and told by scanCache with what the caller gave", async () => {
  const { params } = await prepare();
  await cutOff({ ...params, resume: { folderName: "photos", note: { form: 1 } } });
  const { journals } = await scanCache();
  expect(journals).toMatchObject([{ folderName: "photos", note: { form: 1 } }]);
  await deleteCache({ key: "ab" });
  expect((await scanCache()).journals).toHaveLength(1);
  await deleteCache();
  expect(await scanCache()).toEqual({ journals: [], size: 0 });
});

it("writes into a store of the caller's", async () => {
  const { params, home } = await prepare();
  const store = new MemoryJournals();
  await cutOff({ ...params, resume: { store } });
  expect(await store.list()).toHaveLength(1);
  expect(() => readdirSync(home).filter((name) => !name.endsWith(".lock"))).not.toThrow();
  const { bytes } = await uploadFolder({ ...params, resume: { store } });
  expect(bytes).toMatchObject({ read: 0, sent: 0 });
  expect(await store.list()).toEqual([]);
});
