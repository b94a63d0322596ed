// What a lane computes, by the engine and by Node: both must say the same, and what Node's own crypto says.
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { engineHashing } from "../../src/compute/hashing.js";
import { perform, type Hashing } from "../../src/compute/lane.js";
import type { Done, Task } from "../../src/compute/task.js";
import { engine } from "../../src/engine.js";
import "../../src/entry/node.js";
import { nativeHashing } from "../../src/node/hashing.js";
import { LazyBlob } from "../../src/source/lazy.js";

const signal = new AbortController().signal;
const MiB = 1024 * 1024;

function noise(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let x = size + 1;
  for (let index = 0; index < size; index++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    bytes[index] = x >>> 24;
  }
  return bytes;
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const gitBlob = (bytes: Uint8Array): string =>
  createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");

describe.each<[string, Hashing]>([
  ["the engine", engineHashing],
  ["Node", nativeHashing],
])("a lane with the hashing of %s", (_, hashing) => {
  beforeAll(async () => {
    await engine();
  });
  const run = (task: Task): Promise<Done> => perform(task, hashing, { signal });

  it.each([0, 1, 4 * MiB - 1, 4 * MiB, 4 * MiB + 1, 9 * MiB])("digests %i bytes", async (size) => {
    const bytes = noise(size);
    const blob = new Blob([bytes]);
    expect(await run({ kind: "digest", blob, size, digest: "sha256" })).toEqual({
      kind: "digested",
      digest: sha256(bytes),
    });
    expect(await run({ kind: "digest", blob, size, digest: "gitBlob" })).toEqual({
      kind: "digested",
      digest: gitBlob(bytes),
    });
  });

  it.each([0, 1, 511, 512, 513, 100_000])("probes %i bytes", async (size) => {
    const bytes = noise(size);
    const blob = new Blob([bytes]);
    const sample = Buffer.from(bytes.subarray(0, 512)).toString("base64");
    const files = [
      { blob, size, whole: false, text: false },
      { blob, size, whole: true, text: false },
    ];
    expect(await run({ kind: "probe", files })).toEqual({
      kind: "probed",
      files: [
        { type: "probed", sample },
        { type: "probed", sample, sha256: sha256(bytes), gitBlob: gitBlob(bytes) },
      ],
    });
  });

  it("probes many files and answers in their order", async () => {
    const contents = Array.from({ length: 100 }, (_, index) => `content of ${index}`);
    const files = contents.map((text) => ({ blob: new Blob([text]), size: text.length, whole: true, text: true }));
    const done = await run({ kind: "probe", files });
    expect(done.kind === "probed" && done.files.map((file) => file.type === "probed" && file.text)).toEqual(contents);
  });

  it("brings a file's text as it is, with what is no UTF-8 replaced", async () => {
    const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0xff, 0x62]);
    const files = [{ blob: new Blob([bytes]), size: 6, whole: false, text: true }];
    expect(await run({ kind: "probe", files })).toMatchObject({ files: [{ text: "\ufeffa\ufffdb" }] });
  });

  it("fails for the one file of a probe that cannot be read", async () => {
    const gone = new LazyBlob({ read: () => Promise.reject(new DOMException("", "NotFoundError")) }, 0, 10);
    const files = [
      { blob: gone, size: 10, whole: true, text: false },
      { blob: new Blob(["ok"]), size: 2, whole: true, text: false },
    ];
    const failure = { code: "file_changed", message: "it is not there any more" };
    expect(await run({ kind: "probe", files })).toMatchObject({
      files: [{ type: "failed", failure }, { type: "probed" }],
    });
  });

  it.each([
    ["shrank", 100, 60],
    ["grew", 100, 101],
  ])("notices a file that %s when it reads another number of bytes", async (what, size, now) => {
    const blob = new Blob([noise(now)]);
    const done = await run({ kind: "digest", blob, size, digest: "sha256" });
    // Bytes beyond the known size are not read: that the file grew is told by its date and size.
    if (what === "grew") expect(done).toEqual({ kind: "digested", digest: sha256(noise(now).subarray(0, size)) });
    else expect(done).toMatchObject({ kind: "failed", failure: { code: "file_changed" } });
  });

  it("puts texts, ranges and base64 together", async () => {
    const bytes = noise(7 * MiB + 5);
    const blob = new Blob([bytes]);
    const done = await run({
      kind: "assemble",
      parts: [
        "head ",
        { blob, start: 1, end: bytes.length, base64: true },
        " tail ",
        { blob, start: 3, end: 9, base64: false },
      ],
    });
    if (done.kind !== "assembled") throw new Error(done.kind);
    const expected = Buffer.concat([
      Buffer.from(`head ${Buffer.from(bytes.subarray(1)).toString("base64")} tail `),
      bytes.subarray(3, 9),
    ]);
    expect(done.blob.type).toBe("");
    expect(Buffer.from(await done.blob.arrayBuffer()).equals(expected)).toBe(true);
  });

  it("stops between two windows", async () => {
    const controller = new AbortController();
    let reads = 0;
    const endless = new LazyBlob(
      {
        read: (start, end) => {
          reads += 1;
          if (reads === 3) controller.abort();
          return Promise.resolve(new Uint8Array(end - start));
        },
      },
      0,
      1000 * 4 * MiB,
    );
    const task: Task = { kind: "digest", blob: endless, size: endless.size, digest: "sha256" };
    const done = await perform(task, hashing, { signal: controller.signal });
    expect(done.kind).toBe("failed");
    expect(reads).toBeLessThan(6);
  });

  it("reads one window ahead and never more", async () => {
    let reading = 0;
    let most = 0;
    const slow = new LazyBlob(
      {
        read: async (start, end) => {
          most = Math.max(most, ++reading);
          await new Promise((resolve) => setImmediate(resolve));
          reading -= 1;
          return new Uint8Array(end - start);
        },
      },
      0,
      20 * MiB,
    );
    await run({ kind: "digest", blob: slow, size: slow.size, digest: "sha256" });
    expect(most).toBe(1);
  });
});
