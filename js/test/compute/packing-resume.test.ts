// A data plane that goes on from the records of one that was killed: what was finished is neither read nor sent again.
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { crewInPlace } from "../../src/compute/pack/crew-in-place.js";
import type { Crew } from "../../src/compute/pack/crew.js";
import { Records } from "../../src/compute/pack/records.js";
import { engineHashing } from "../../src/compute/hashing.js";
import { engine } from "../../src/engine.js";
import "../../src/entry/node.js";
import { nativeHashing } from "../../src/node/hashing.js";
import { countedBlob, MemoryJournal, MIB, noise, OPTIONS, Pushed, Store, TestCrew } from "../harness/packing.js";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const key = (file: number): string => file.toString(16).padStart(32, "0");

beforeAll(async () => {
  await engine();
});

/** Bytes that a lane may have to read again: two bodies, what is undecided, and windows of which one is ahead. */
const AGAIN = 2 * OPTIONS.xorbBytes + OPTIONS.undecidedBytes + 3 * 4 * MIB;

type NewCrew = (store: Store) => Crew;

describe("a killed push goes on", () => {
  const rows: [string, number, number, NewCrew, slowMs?: number][] = [
    ["in place", 1, 1, (store) => crewInPlace(engineHashing, true, store)],
    ["in place with the platform's digests", 1, 1, (store) => crewInPlace(nativeHashing, false, store)],
    ["on one lane", 1, 1, (store) => new TestCrew(1, store)],
    ["with one file on two lanes", 2, 1, (store) => new TestCrew(2, store)],
    ["with three files on two lanes", 2, 3, (store) => new TestCrew(2, store)],
    ["with a journal that is slow", 1, 1, (store) => new TestCrew(1, store), 400],
  ];

  it.each(rows)("%s", async (_, lanes, count, newCrew, slowMs) => {
    const files = Array.from({ length: count }, (_, at) => noise(48 * MIB + 7 * at, at + 40));
    const total = files.reduce((sum, { length }) => sum + length, 0);
    const journal = new MemoryJournal(slowMs);
    const store = new Store();
    let read = 0;
    let kills = 0;
    for (const until of [0.3, 0.6]) {
      const counted = files.map(countedBlob);
      const push = new Pushed([newCrew(store)], store, { lanes }, journal);
      const open = counted.map(({ blob }, file) =>
        push.ingest(file, blob, undefined, key(file)).catch(() => undefined),
      );
      while (store.received < until * total) await new Promise((resolve) => setTimeout(resolve, 1));
      journal.kill();
      await push.end();
      await Promise.all(open);
      kills += 1;
      read += counted.reduce((sum, { readBytes }) => sum + readBytes(), 0);
    }
    const counted = files.map(countedBlob);
    const push = new Pushed([newCrew(store)], store, { lanes }, journal);
    const ingested = await Promise.all(counted.map(({ blob }, file) => push.ingest(file, blob, undefined, key(file))));
    expect((await push.finish()).sort()).toEqual(files.map((_, file) => file));
    await push.end();
    read += counted.reduce((sum, { readBytes }) => sum + readBytes(), 0);
    for (const [file, bytes] of files.entries()) {
      expect(ingested[file]?.sha256).toBe(sha256(bytes));
      expect(Buffer.compare(store.read(ingested[file]?.xetHash ?? ""), bytes)).toBe(0);
    }
    const resumed = ingested.reduce((sum, file) => sum + (file.resumed ?? 0), 0);
    expect(counted.reduce((sum, { readBytes }) => sum + readBytes(), 0)).toBe(total - resumed);
    expect(read - total).toBeLessThanOrEqual(kills * lanes * AGAIN);
    // Sealed and not stored when it was killed; nothing else goes twice.
    expect(store.received).toBeLessThanOrEqual(total * 1.01 + kills * lanes * 2 * OPTIONS.xorbBytes);
    expect(journal.setAsides).toBe(0);
  });

  it("with finished files at once, of which nothing is read", async () => {
    const files = [noise(5 * MIB, 60), noise(1000, 61), noise(0, 62)];
    const journal = new MemoryJournal();
    const store = new Store();
    const before = new Pushed([new TestCrew(1, store)], store, {}, journal);
    const first = await Promise.all(
      files.map((bytes, file) => before.ingest(file, new Blob([bytes]), undefined, key(file))),
    );
    await before.packing.flush();
    while (store.received < 5 * MIB) await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => setTimeout(resolve, 10));
    await before.end();
    const { received } = store;
    const counted = files.map(countedBlob);
    const push = new Pushed([new TestCrew(1, store)], store, {}, journal);
    const again = await Promise.all(counted.map(({ blob }, file) => push.ingest(file, blob, undefined, key(file))));
    expect(again.map(({ xetHash, sha256 }) => ({ xetHash, sha256 }))).toEqual(
      first.map(({ xetHash, sha256 }) => ({ xetHash, sha256 })),
    );
    expect(again.map(({ packed, resumed }) => ({ packed, resumed }))).toEqual(
      files.map(({ length }) => ({ packed: 0, resumed: length })),
    );
    expect(counted.map(({ readBytes }) => readBytes())).toEqual([0, 0, 0]);
    expect((await push.finish()).sort()).toEqual([0, 1, 2]);
    expect(store.received).toBe(received);
    expect(Buffer.compare(store.read(again[0]?.xetHash ?? ""), files[0] ?? noise(0, 0))).toBe(0);
    await push.end();
  });

  it("as a new one when the records are broken", async () => {
    const journal = new MemoryJournal();
    const bytes = noise(3 * MIB, 63);
    for (const broken of [false, true]) {
      const store = new Store();
      if (broken) journal.bytes[journal.bytes.length >> 1] = (journal.bytes[journal.bytes.length >> 1] ?? 0) ^ 1;
      const push = new Pushed([new TestCrew(1, store)], store, {}, journal);
      const { xetHash, resumed } = await push.ingest(0, new Blob([bytes]), undefined, key(0));
      expect(resumed ?? 0).toBe(0);
      await push.finish();
      expect(Buffer.compare(store.read(xetHash), bytes)).toBe(0);
      await push.end();
    }
    expect(journal.setAsides).toBe(1);
  });

  it("without what the store does not have, when it says so", async () => {
    const journal = new MemoryJournal();
    const bytes = noise(3 * MIB, 64);
    const lost = new Store();
    const before = new Pushed([new TestCrew(1, lost)], lost, {}, journal);
    await before.ingest(0, new Blob([bytes]), undefined, key(0));
    await before.packing.flush();
    while (lost.received < 3 * MIB) await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => setTimeout(resolve, 10));
    await before.end();
    const store = new Store();
    const push = new Pushed([new TestCrew(1, store)], store, {}, journal);
    expect((await push.ingest(0, new Blob([bytes]), undefined, key(0))).resumed).toBe(bytes.length);
    const shard = await push.packing.shard(MIB, push.watch);
    expect(shard?.files).toEqual([0]);
    push.packing.tell({ type: "distrust", shard: shard?.shard ?? -1 });
    while (!push.news.some(({ type }) => type === "lost")) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(push.news.at(-1)).toEqual({ type: "lost", xorbs: [], again: [0] });
    const { xetHash, packed } = await push.ingest(0, new Blob([bytes]), undefined, key(0));
    expect(packed).toBe(bytes.length);
    expect(await push.finish()).toEqual([0]);
    expect(Buffer.compare(store.read(xetHash), bytes)).toBe(0);
    // A second time there is nothing to be doubted.
    push.packing.tell({ type: "distrust", shard: 99 });
    while (push.news.filter(({ type }) => type === "lost").length < 2)
      await new Promise((resolve) => setTimeout(resolve, 1));
    expect(push.news.at(-1)).toEqual({ type: "lost", xorbs: [], again: [] });
    await push.end();
  });
});

describe("records", () => {
  it("stand in order, also those that come while the others are made short", async () => {
    const journal = new MemoryJournal();
    const records = new Records(journal, 4);
    const text = (): string => Buffer.from(journal.bytes).toString();
    const bytes = (value: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(value));
    journal.append(bytes("old"));
    expect(await records.restore(() => Promise.resolve({ better: undefined, isBroken: false }))).toBe(true);
    await records.shorten(() => Promise.reject(new Error("they are not long")));
    records.append(bytes("new"));
    await records.shorten((all) => {
      expect(Buffer.from(all).toString()).toBe("oldnew");
      records.append(bytes("later"));
      return Promise.resolve(bytes("s"));
    });
    expect(text()).toBe("slater");
    await records.shorten(() => Promise.reject(new Error("they are short now")));
    records.append(bytes("and long again"));
    await records.shorten(() => Promise.resolve(undefined));
    expect(text()).toBe("slaterand long again");
  });
});
