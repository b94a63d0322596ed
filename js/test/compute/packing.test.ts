// The data plane of a push with the real engine: what is packed can be read back, each byte is read once, nothing is left behind.
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { crewInPlace } from "../../src/compute/pack/crew-in-place.js";
import { engineHashing } from "../../src/compute/hashing.js";
import { engine } from "../../src/engine.js";
import "../../src/entry/node.js";
import { nativeHashing } from "../../src/node/hashing.js";
import { countedBlob, MIB, noise, Pushed, Store, TestCrew } from "../harness/packing.js";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

beforeAll(async () => {
  await engine();
});

describe("packing", () => {
  const sizes = [0, 1, 511, 512, 70_000, 3 * MIB + 17, 9 * MIB];

  it.each([1, 3])("%i lanes: what is packed is read back, whatever its size", async (lanes) => {
    const store = new Store();
    const crew = new TestCrew(lanes, store);
    const push = new Pushed([crew], store, { lanes });
    const files = sizes.map((size, at) => noise(size, at + 1));
    const ingested = await Promise.all(files.map((bytes, file) => push.ingest(file, new Blob([bytes]))));
    expect((await push.finish()).sort()).toEqual(files.map((_, file) => file));
    for (const [file, bytes] of files.entries()) {
      expect(ingested[file]?.sha256).toBe(sha256(bytes));
      if (bytes.length > 0) expect(Buffer.compare(store.read(ingested[file]?.xetHash ?? ""), bytes)).toBe(0);
    }
    await push.end();
    expect(crew.open).toBe(0);
  });

  describe("reads each byte once", () => {
    const open = (lanes: number): { store: Store; push: Pushed } => {
      const store = new Store();
      return { store, push: new Pushed([new TestCrew(lanes, store)], store, { lanes }) };
    };

    it("of a large file", async () => {
      const { store, push } = open(1);
      const bytes = noise(9 * MIB + 5, 1);
      const { blob, readBytes } = countedBlob(bytes);
      const { xetHash } = await push.ingest(0, blob);
      await push.finish();
      expect(Buffer.compare(store.read(xetHash), bytes)).toBe(0);
      expect(readBytes()).toBe(bytes.length);
      await push.end();
    });

    it("of a large file whose sample was probed", async () => {
      const { store, push } = open(2);
      const bytes = noise(9 * MIB + 5, 2);
      const { blob, readBytes } = countedBlob(bytes);
      const probe = { file: 4, blob, size: blob.size, whole: false, text: false, keep: true };
      const [result] = await push.packing.probe([probe], push.watch);
      expect(result).toEqual({ type: "probed", sample: Buffer.from(bytes.subarray(0, 512)).toString("base64") });
      const { xetHash } = await push.ingest(4, blob);
      await push.finish();
      expect(Buffer.compare(store.read(xetHash), bytes)).toBe(0);
      expect(readBytes()).toBe(bytes.length);
      await push.end();
    });

    it("of small files that were probed whole, wherever they are kept", async () => {
      const { store, push } = open(3);
      const files = Array.from({ length: 80 }, (_, at) => noise(1000 + 997 * at, at + 1));
      const counted = files.map(countedBlob);
      const probes = counted.map(({ blob }, file) => ({
        file,
        blob,
        size: blob.size,
        whole: true,
        text: false,
        keep: true,
      }));
      const results = await push.packing.probe(probes, push.watch);
      const known = results.map((result) => (result.type === "probed" ? result.sha256 : undefined));
      expect(known).toEqual(files.map(sha256));
      const ingested = await Promise.all(counted.map(({ blob }, file) => push.ingest(file, blob, known[file])));
      await push.finish();
      for (const [file, bytes] of files.entries()) {
        expect(Buffer.compare(store.read(ingested[file]?.xetHash ?? ""), bytes)).toBe(0);
        expect(counted[file]?.readBytes()).toBe(bytes.length);
      }
      await push.end();
    });

    it("of one file alone, which two lanes share", async () => {
      const { store, push } = open(2);
      const bytes = noise(40 * MIB + 3, 3);
      const { blob, readBytes } = countedBlob(bytes);
      const [sample] = await push.packing.probe(
        [{ file: 0, blob, size: blob.size, whole: false, text: false, keep: true }],
        push.watch,
      );
      expect(sample?.type).toBe("probed");
      const ingested = await push.ingest(0, blob);
      await push.finish();
      expect(ingested.sha256).toBe(sha256(bytes));
      expect(Buffer.compare(store.read(ingested.xetHash), bytes)).toBe(0);
      expect(readBytes()).toBe(bytes.length);
      await push.end();
    });

    it("of a file that is known already", async () => {
      const { store, push } = open(2);
      const bytes = noise(6 * MIB, 4);
      await push.ingest(0, new Blob([bytes]));
      await push.finish();
      const before = store.received;
      const { blob, readBytes } = countedBlob(bytes);
      expect((await push.ingest(1, blob)).packed).toBe(0);
      await push.finish();
      expect(readBytes()).toBe(bytes.length);
      expect(store.received).toBe(before);
      await push.end();
    });
  });

  it("packs the same content once, however many files have it", async () => {
    const store = new Store();
    const push = new Pushed([new TestCrew(3, store)], store, { lanes: 3 });
    const bytes = noise(5 * MIB, 5);
    const ingested = await Promise.all([0, 1, 2].map((file) => push.ingest(file, new Blob([bytes]))));
    expect(new Set(ingested.map(({ xetHash }) => xetHash)).size).toBe(1);
    expect(ingested.reduce((sum, { packed }) => sum + packed, 0)).toBe(bytes.length);
    await push.finish();
    expect(store.received).toBeLessThan(bytes.length * 1.01);
    await push.end();
  });

  it("reads no further than there is room for, and goes on when there is", async () => {
    const store = new Store();
    let open: () => void = () => undefined;
    store.gate = new Promise((resolve) => {
      open = resolve;
    });
    const push = new Pushed([new TestCrew(1, store)], store);
    const bytes = noise(40 * MIB, 6);
    const { blob, readBytes } = countedBlob(bytes);
    const ingesting = push.ingest(0, blob);
    let last = -1;
    while (last !== readBytes()) {
      last = readBytes();
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    // Two bodies of 2 MiB, 4 MiB undecided and a window more, and one ahead.
    expect(last).toBeLessThanOrEqual((4 + 8 + 4 + 4) * MIB);
    open();
    const { xetHash } = await ingesting;
    await push.finish();
    expect(Buffer.compare(store.read(xetHash), bytes)).toBe(0);
    expect(readBytes()).toBe(bytes.length);
    await push.end();
  });

  it("holds a lane up until what was asked about its chunk is settled, and learns from the answer", async () => {
    const first = new Store();
    const before = new Pushed([new TestCrew(1, first)], first);
    const bytes = noise(3 * MIB, 7);
    await before.ingest(0, new Blob([bytes]));
    let shard: Uint8Array | undefined;
    first.send = (({ url, body }) => {
      if (url.endsWith("/shards")) shard = (body as Uint8Array).slice();
      return Promise.resolve({ status: 200, headers: [], text: "", response: undefined });
    }) satisfies Store["send"];
    await before.finish();
    await before.end();
    expect(shard).toBeDefined();
    // An answer of the store is a shard with a footer; without one it teaches nothing, and harms nobody.
    const store = new Store();
    const push = new Pushed([new TestCrew(1, store)], store);
    push.answer = () => shard;
    expect((await push.ingest(0, new Blob([bytes]))).packed).toBe(bytes.length);
    expect(push.news.some(({ type }) => type === "query")).toBe(true);
    await push.end();
  });

  it("stops one file and keeps the others", async () => {
    const store = new Store();
    const push = new Pushed([new TestCrew(1, store)], store);
    const controller = new AbortController();
    const bytes = noise(20 * MIB, 8);
    const { blob, readBytes } = countedBlob(bytes);
    const task = { file: 0, blob, size: blob.size, sha256: undefined };
    const stopped = push.packing.ingest(task, { signal: controller.signal });
    const other = push.ingest(1, new Blob([bytes]));
    while (readBytes() === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    controller.abort();
    expect(await stopped).toMatchObject({ failure: { code: "internal" } });
    const { xetHash } = await other;
    expect(await push.finish()).toEqual([1]);
    expect(Buffer.compare(store.read(xetHash), bytes)).toBe(0);
    await push.end();
  });

  it("says of a file that it cannot be read, and keeps the others", async () => {
    const store = new Store();
    const push = new Pushed([new TestCrew(1, store)], store);
    const short = new Blob([noise(3 * MIB, 9)]);
    const task = { file: 0, blob: short, size: short.size + 1, sha256: undefined };
    const failed = push.packing.ingest(task, push.watch);
    const other = push.ingest(1, new Blob([noise(MIB, 10)]));
    expect(await failed).toMatchObject({ failure: { code: "file_changed" } });
    await other;
    expect(await push.finish()).toEqual([1]);
    await push.end();
  });

  describe("when a lane is lost", () => {
    it("tells what went with it, and a new one takes its place", async () => {
      const store = new Store();
      let open: () => void = () => undefined;
      store.gate = new Promise((resolve) => {
        open = resolve;
      });
      const crew = new TestCrew(1, store);
      const push = new Pushed([crew], store);
      const bytes = noise(3 * MIB, 11);
      await push.ingest(0, new Blob([bytes]));
      const open1 = push.ingest(1, new Blob([noise(30 * MIB, 12)]));
      const failure = open1.then(
        () => undefined,
        (error: unknown) => error,
      );
      while (!push.news.some(({ type }) => type === "sealed")) await new Promise((resolve) => setTimeout(resolve, 5));
      crew.kill("lane");
      expect(await failure).toBeInstanceOf(Error);
      const lost = push.news.find((news) => news.type === "lost");
      expect(lost).toMatchObject({ type: "lost", again: [0] });
      open();
      const { xetHash } = await push.ingest(0, new Blob([bytes]));
      expect(await push.finish()).toEqual([0]);
      expect(Buffer.compare(store.read(xetHash), bytes)).toBe(0);
      await push.end();
      expect(crew.open).toBe(0);
    });

    it("its part of a shared file fails, and nothing hangs", async () => {
      const store = new Store();
      const crew = new TestCrew(2, store);
      const push = new Pushed([crew], store, { lanes: 2 });
      const blob = new Blob([noise(64 * MIB, 13)]);
      const shared = push.ingest(0, blob).then(
        () => undefined,
        (error: unknown) => error,
      );
      await new Promise((resolve) => setTimeout(resolve, 100));
      crew.kill("lane", 1);
      expect(await shared).toBeInstanceOf(Error);
      const { xetHash } = await push.ingest(1, new Blob([noise(MIB, 14)]));
      await push.finish();
      expect(store.read(xetHash).length).toBe(MIB);
      await push.end();
      expect(crew.open).toBe(0);
    });

    it("is noticed though it says nothing, and so is the authority", async () => {
      vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
      try {
        for (const kind of ["lane", "desk"] as const) {
          const store = new Store();
          const crew = new TestCrew(1, store);
          const push = new Pushed([crew], store);
          await push.ingest(0, new Blob([noise(MIB, 30)]));
          for (let tick = 0; tick < 20; tick++) await vi.advanceTimersByTimeAsync(2500);
          expect(crew.open, "one that answers stays").toBe(2);
          crew.deafen(kind);
          for (let tick = 0; tick < 20; tick++) await vi.advanceTimersByTimeAsync(2500);
          if (kind === "lane") {
            expect(push.news.at(-1)).toEqual({ type: "lost", xorbs: [], again: [0] });
            expect((await push.ingest(0, new Blob([noise(MIB, 30)]))).packed).toBe(MIB);
            await push.end();
          }
          await push.ended;
          expect(crew.open).toBe(0);
        }
      } finally {
        vi.useRealTimers();
      }
    });

    it("the authority's end is the end of all", async () => {
      const store = new Store();
      const crew = new TestCrew(2, store);
      const push = new Pushed([crew], store, { lanes: 2 });
      const failed = push.ingest(0, new Blob([noise(20 * MIB, 15)])).catch((error: unknown) => error);
      await new Promise((resolve) => setTimeout(resolve, 30));
      crew.kill("desk");
      expect(await failed).toBeInstanceOf(Error);
      expect(await push.ended).toMatchObject({ code: "internal" });
      expect(crew.open).toBe(0);
    });
  });

  it("ends in the middle of everything, and settles what is open", async () => {
    const store = new Store();
    const crew = new TestCrew(2, store);
    const push = new Pushed([crew], store, { lanes: 2 });
    const open = [0, 1, 2].map((file) =>
      push.ingest(file, new Blob([noise(20 * MIB, 16 + file)])).catch((error: unknown) => error),
    );
    await new Promise((resolve) => setTimeout(resolve, 30));
    await push.end();
    expect((await Promise.all(open)).every((end) => end instanceof Error)).toBe(true);
    expect(crew.open).toBe(0);
    // And afterwards nothing begins.
    expect(await push.ingest(3, new Blob([])).catch((error: unknown) => error)).toBeInstanceOf(Error);
  });

  it("takes the next crew when one does not come up", async () => {
    const store = new Store();
    const none = new TestCrew(2, store);
    none.lane = () => Promise.resolve(undefined);
    const crew = new TestCrew(1, store);
    const push = new Pushed([none, crew], store, { lanes: 2 });
    const { xetHash } = await push.ingest(0, new Blob([noise(MIB, 20)]));
    await push.finish();
    expect(store.read(xetHash).length).toBe(MIB);
    await push.end();
    expect([none.open, crew.open]).toEqual([0, 0]);
  });

  it.each([
    ["the engine's", engineHashing, true],
    ["the platform's", nativeHashing, false],
  ])("works in place, with %s digests", async (_, hashing, isEngines) => {
    const store = new Store();
    const push = new Pushed([crewInPlace(hashing, isEngines, store)], store, { lanes: 4 });
    const bytes = noise(5 * MIB, 21);
    const { sha256: digest, xetHash } = await push.ingest(0, new Blob([bytes]));
    await push.finish();
    expect(digest).toBe(sha256(bytes));
    expect(Buffer.compare(store.read(xetHash), bytes)).toBe(0);
    await push.end();
  });
});
