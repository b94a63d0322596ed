// hubferry/core: the known answers, and what becomes of objects.
import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { checkVectors, FILES } from "../../../tests/vectors/core.mjs";
import * as core from "../../src/entry/core-node.js";
import { Sha256Hasher } from "../../src/wasm/core.js";

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../tests/vectors/${name}.json`, import.meta.url), "utf8"));
const ZEROS = "0".repeat(64);

describe("hubferry/core", () => {
  it("gives the known answers", { timeout: 120_000 }, async () => {
    const files = Object.fromEntries(FILES.map((name) => [name, read(name)]));
    expect(await checkVectors(core, files)).toBeGreaterThan(600);
  });

  it("answers at once under Node, without init, also beside a start that is under way", async () => {
    vi.resetModules();
    const fresh = await import("../../src/entry/core-node.js");
    const starting = fresh.init();
    const chunker = new fresh.Chunker();
    expect(chunker.add(new Uint8Array(200_000))).toHaveLength(1);
    await starting;
    expect(chunker.finish()).toHaveLength(1);
  });

  it("says what to do where the engine cannot be loaded at once", async () => {
    vi.resetModules();
    const { offerPlatform } = await import("../../src/platform.js");
    offerPlatform({ wasm: () => readFileSync(new URL("../../src/wasm/core_bg.wasm", import.meta.url)) });
    const fresh = await import("../../src/core/index.js");
    for (const early of [() => new fresh.Sha256(), () => new fresh.Chunker(), () => fresh.xorbHash([])]) {
      expect(early).toThrow(/await init\(\)/);
    }
    await fresh.init();
    expect(fresh.xorbHash([])).toBe(ZEROS);
    // Without the platform's digests: by the engine.
    expect(new fresh.Sha256().update(new Uint8Array()).digest()).toMatch(/^e3b0c442/);
    expect(await fresh.sha256(new Blob(["abc"]))).toMatch(/^ba7816bf/);
    expect(await fresh.sha256Many([new Blob(["abc"]), new Uint8Array(), new Blob(["abc"]).stream()])).toEqual(
      ["abc", "", "abc"].map((text) => new fresh.Sha256().update(new TextEncoder().encode(text)).digest()),
    );
  });

  it("digests a list of any kind, in order", async () => {
    const blobs = Array.from({ length: 150 }, (_, at) => new Blob([`content ${at}`]));
    blobs[70] = new Blob([new Uint8Array(3_000_000)]);
    const expected = await Promise.all(blobs.map((blob) => core.sha256(blob)));
    expect(await core.sha256Many(blobs)).toEqual(expected);
    expect(await core.sha256Many(new Set(blobs))).toEqual(expected);
    const [first = new Blob(), second = new Blob()] = blobs;
    const list: ArrayLike<Blob> = { 0: first, 1: second, length: 2 };
    expect(await core.sha256Many(list)).toEqual(expected.slice(0, 2));
    const later = async function* (): AsyncGenerator<Blob> {
      for (const blob of blobs) yield await Promise.resolve(blob);
    };
    expect(await core.sha256Many(later())).toEqual(expected);
    expect(await core.sha256Many([])).toEqual([]);
  });

  it("refuses what is no content, no hash, no length", async () => {
    const wrong: (() => unknown)[] = [
      () => core.xorbHash([{ hash: "short", length: 1 }]),
      () => core.xorbHash([{ hash: "g".repeat(64), length: 1 }]),
      () => core.fileHash([{ hash: ZEROS, length: -1 }]),
      () => core.fileHash([{ hash: ZEROS, length: 0.5 }]),
      () => core.verificationHash(["é".repeat(64)]),
      () => new core.XorbBuilder({ targetBytes: 0 }),
      () => new core.XorbBuilder().add(new Uint8Array()),
      () => new core.XorbBuilder().add(new Uint8Array(131_073)),
      () => new core.XorbBuilder().add(new Uint8Array(9), "short"),
      () => new core.ShardBuilder().addXorb({ hash: ZEROS, bodyLength: 2 ** 40, chunks: [] }),
      () => new core.ShardBuilder().addXorb({ hash: ZEROS, bodyLength: 1, chunks: [{ hash: ZEROS, length: 2 ** 33 }] }),
      () =>
        new core.ShardBuilder().addFile({
          fileHash: ZEROS,
          terms: [{ xorbHash: ZEROS, verificationHash: ZEROS, start: 1, end: 1, length: 1 }],
        }),
      () => new core.Chunker().add("text" as unknown as Uint8Array),
    ];
    for (const call of wrong) expect(call, String(call)).toThrow(core.InvalidInputError);
    for (const source of ["text", undefined, null, 7, {}]) {
      await expect(core.sha256(source as never)).rejects.toThrow(core.InvalidInputError);
      await expect(core.chunkFile(source as never)).rejects.toThrow(core.InvalidInputError);
      await expect(core.sha256Many([source as never])).rejects.toThrow(core.InvalidInputError);
    }
    const texts = new ReadableStream({
      pull(controller) {
        controller.enqueue("text");
      },
    });
    await expect(core.chunkFile(texts)).rejects.toThrow(core.InvalidInputError);
  });

  it("refuses a chunk that does not fit, and goes on", () => {
    const builder = new core.XorbBuilder({ targetBytes: 140_000, compress: false });
    builder.add(new Uint8Array(131_072));
    expect(builder.hasRoom(10_000)).toBe(false);
    expect(() => builder.add(new Uint8Array(10_000))).toThrow(/no room/);
    expect(builder.add(new Uint8Array(100))).toBe(1);
    expect(builder.bodyLength).toBe(131_072 + 100 + 16);
    expect(builder.finish().chunks.map(({ length }) => length)).toEqual([131_072, 100]);
  });

  it("an object that has ended or was freed says so; freeing twice is no fault", () => {
    const chunker = new core.Chunker();
    chunker.finish();
    expect(() => chunker.add(new Uint8Array(1))).toThrow(/ended or was freed/);
    for (const object of [
      new core.Chunker(),
      new core.Sha256(),
      new core.XorbBuilder(),
      new core.ShardBuilder(),
    ] as const) {
      object.free();
      object[Symbol.dispose]();
      expect(() => ("update" in object ? object.digest() : object.finish())).toThrow(core.InvalidInputError);
    }
  });

  it("gives the engine's memory back, also when the content breaks off", async () => {
    vi.resetModules();
    const { offerPlatform } = await import("../../src/platform.js");
    offerPlatform({ wasm: () => readFileSync(new URL("../../src/wasm/core_bg.wasm", import.meta.url)) });
    const fresh = await import("../../src/core/index.js");
    await fresh.init();
    const { ChunkStream, Sha256Hasher } = await import("../../src/wasm/core.js");
    const freed = [vi.spyOn(ChunkStream.prototype, "free"), vi.spyOn(Sha256Hasher.prototype, "free")];
    const broken = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array(300_000));
        controller.error(new Error("it broke off"));
      },
    });
    await expect(fresh.chunkFile(broken)).rejects.toThrow("it broke off");
    for (const free of freed) expect(free).toHaveBeenCalledTimes(1);
    const stuck = new ReadableStream<Uint8Array>({
      pull() {
        throw new Error("it does not begin");
      },
    });
    await expect(fresh.sha256(stuck)).rejects.toThrow("it does not begin");
    for (const [at, count] of [1, 2].entries()) expect(freed[at]).toHaveBeenCalledTimes(count);
  });

  it("uses the platform's digests under Node", async () => {
    const engine = vi.spyOn(Sha256Hasher.prototype, "update");
    await core.sha256(new Blob(["abc"]));
    await core.chunkFile(new Blob(["abc"]));
    expect(engine).not.toHaveBeenCalled();
  });
});
