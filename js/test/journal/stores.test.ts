/** All stores of journals keep the same promises. */
import "fake-indexeddb/auto";
import { appendFile, mkdtemp, readdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { IndexedDbJournals } from "../../src/journal/indexed-db.js";
import { MemoryJournals } from "../../src/journal/memory.js";
import type { JournalAbout, JournalStore } from "../../src/journal/store.js";
import { FileJournals, journalsFolder } from "../../src/node/journals.js";

const about: Omit<JournalAbout, "key" | "size"> = {
  hubUrl: "https://huggingface.co",
  repo: { type: "dataset", name: "alice/tides" },
  branch: "main",
  pathInRepo: "",
  folderName: "tides",
  files: 12,
  bytes: 34_567,
  doneFiles: 0,
  doneBytes: 0,
  startedAt: 1,
  updatedAt: 1,
};
const bytes = (...values: number[]): Uint8Array<ArrayBuffer> => new Uint8Array(values);
let serial = 0;

const stores: [string, () => Promise<{ store: JournalStore; again: () => JournalStore }>][] = [
  [
    "memory",
    () => {
      const store = new MemoryJournals();
      return Promise.resolve({ store, again: () => store });
    },
  ],
  ["IndexedDB", () => Promise.resolve({ store: new IndexedDbJournals(), again: () => new IndexedDbJournals() })],
  [
    "files",
    async () => {
      const folder = await mkdtemp(join(tmpdir(), "hubferry-test-"));
      return { store: new FileJournals(() => folder), again: () => new FileJournals(() => folder) };
    },
  ],
];

describe.each(stores)("journals in %s", (_, make) => {
  let store: JournalStore;
  let again: () => JournalStore;
  let key: string;
  beforeEach(async () => {
    ({ store, again } = await make());
    key = `k${String(serial++)}`;
    for (const { key: old } of await store.list()) await store.delete(old);
  });

  test("give back what was appended, in its order, stream by stream, to whoever opens them again", async () => {
    const journal = await store.open(key, about);
    expect(await journal.read("control")).toEqual(bytes());
    await Promise.all([
      journal.append("control", bytes(1, 2)),
      journal.append("pack", bytes(9)),
      journal.append("control", bytes(3), true),
    ]);
    await journal.close();
    const later = await again().open(key, about);
    await later.append("control", bytes(4));
    expect(await later.read("control")).toEqual(bytes(1, 2, 3, 4));
    expect(await later.read("pack")).toEqual(bytes(9));
  });

  test("keep their own bytes, whatever becomes of the caller's", async () => {
    const journal = await store.open(key, about);
    const given = bytes(1, 2, 3);
    await journal.append("control", given);
    given.fill(0);
    expect(await journal.read("control")).toEqual(bytes(1, 2, 3));
  });

  test("replace a stream whole, and leave the other alone", async () => {
    const journal = await store.open(key, about);
    for (let i = 0; i < 12; i++) await journal.append("pack", bytes(i));
    await journal.append("control", bytes(7));
    await journal.replace("pack", bytes(42, 43));
    await journal.append("pack", bytes(44));
    expect(await journal.read("pack")).toEqual(bytes(42, 43, 44));
    expect(await journal.read("control")).toEqual(bytes(7));
    expect((await store.list())[0]?.size).toBe(4);
  });

  test("are listed with what they are about, as it is now", async () => {
    const journal = await store.open(key, about);
    await journal.append("control", bytes(1, 2, 3));
    await journal.describe({ doneFiles: 5, updatedAt: 99 });
    const other = await store.open(`${key}-other`, { ...about, note: { form: ["main"] } });
    await other.close();
    // Opening one that is there does not begin it anew.
    await again().open(key, { ...about, files: 1 });
    const listed = new Map((await again().list()).map((each) => [each.key, each]));
    expect(listed.get(key)).toMatchObject({
      ...about,
      key,
      size: 3,
      doneFiles: 5,
      updatedAt: listed.get(key)?.updatedAt,
    });
    expect(listed.get(key)?.updatedAt).toBeGreaterThanOrEqual(99);
    expect(listed.get(`${key}-other`)?.note).toEqual({ form: ["main"] });
    expect(listed.size).toBe(2);
  });

  test("go when they are deleted, with all they hold, and leave the others alone", async () => {
    const journal = await store.open(key, about);
    const other = await store.open(`${key}-other`, about);
    await journal.append("control", bytes(1));
    await other.append("control", bytes(2));
    await journal.delete();
    expect((await store.list()).map((each) => each.key)).toEqual([`${key}-other`]);
    expect(await (await store.open(key, about)).read("control")).toEqual(bytes());
    expect(await other.read("control")).toEqual(bytes(2));
    await store.delete(`${key}-other`);
    await store.delete("never-there");
  });
});

describe("journals in files", () => {
  test("are this user's alone, and what is cut off is cut off at the end", async () => {
    const folder = await mkdtemp(join(tmpdir(), "hubferry-test-"));
    const store = new FileJournals(() => folder);
    const journal = await store.open("one", about);
    await journal.append("control", bytes(1, 2, 3));
    await appendFile(join(folder, "one", "control"), bytes(4));
    expect(await journal.read("control")).toEqual(bytes(1, 2, 3, 4));
    expect((await stat(join(folder, "one"))).mode & 0o77).toBe(0);
    for (const name of await readdir(join(folder, "one")))
      expect((await stat(join(folder, "one", name))).mode & 0o77, name).toBe(0);
  });

  test("lie beside what other clients keep", () => {
    expect(journalsFolder({ HF_HOME: "/data/hf" })).toBe(join("/data/hf", "hubferry"));
    expect(journalsFolder({ XDG_CACHE_HOME: "/c" })).toBe(join("/c", "huggingface", "hubferry"));
    expect(journalsFolder({})).toMatch(/\.cache.huggingface.hubferry$/);
  });

  test("have names that lead nowhere else", async () => {
    const folder = await mkdtemp(join(tmpdir(), "hubferry-test-"));
    await expect(new FileJournals(() => folder).open("../out", about)).rejects.toThrow("no name of a journal");
  });

  test("a folder in which something else lies is no journal", async () => {
    const folder = await mkdtemp(join(tmpdir(), "hubferry-test-"));
    await appendFile(join(folder, "one.lock"), "1");
    expect(await new FileJournals(() => folder).list()).toEqual([]);
    expect(await new FileJournals(() => join(folder, "missing")).list()).toEqual([]);
  });
});
