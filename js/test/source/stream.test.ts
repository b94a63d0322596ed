// Streams as content: read once, kept where there is room, and gone afterwards.
import { readdirSync, readlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import {
  createRepo,
  listFiles,
  uploadFile,
  uploadFiles,
  uploadFolder,
  type UploadSource,
} from "../../src/entry/node.js";
import { platform, setPlatform } from "../../src/platform.js";
import { LocalHub } from "../harness/hub.js";

const MIB = 1024 * 1024;
const hub = new LocalHub();
const repo = "alice/streams";
let known: { hubUrl: string; accessToken: string; repo: string };

beforeAll(async () => {
  await hub.start();
  known = { hubUrl: hub.url, accessToken: hub.token, repo };
  await createRepo(known);
});
afterAll(() => hub.stop());

/** The temporary files that this process holds open; their names must be gone already. */
function spooled(): string[] {
  const held = readdirSync("/proc/self/fd").map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return "";
    }
  });
  const files = held.filter((path) => path.startsWith(tmpdir()) && path.includes("/spooled"));
  expect(files.filter((path) => !path.endsWith(" (deleted)"))).toEqual([]);
  return files;
}

/** A stream of `count` chunks of 1 MiB that says how it ended. */
function chunks(
  count: number,
  { fail, never = false }: { fail?: Error; never?: boolean } = {},
): {
  stream: ReadableStream<Uint8Array>;
  cancelled: () => unknown;
  pulls: () => number;
} {
  const cancel = vi.fn();
  let sent = 0;
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (sent++ < count) controller.enqueue(new Uint8Array(MIB).fill(sent));
        else if (fail !== undefined) controller.error(fail);
        else if (!never) controller.close();
        else return new Promise(() => undefined);
        return undefined;
      },
      cancel,
    },
    { highWaterMark: 0 },
  );
  return { stream, cancelled: () => cancel.mock.calls[0]?.[0] as unknown, pulls: () => sent };
}

const sha256Of = (count: number): string => {
  const hash = createHash("sha256");
  for (let n = 1; n <= count; n++) hash.update(new Uint8Array(MIB).fill(n));
  return hash.digest("hex");
};

async function entry(path: string): Promise<{ size: number; sha256: string | undefined }> {
  for await (const { path: found, size, lfs } of listFiles(known))
    if (found === path) return { size, sha256: lfs?.oid };
  throw new Error(`${path} is not there`);
}

describe("a stream", () => {
  it("of few bytes is a regular file, of many a large one, and nothing of it stays", async () => {
    const before = spooled();
    const text = new Blob(["few"]).stream();
    const files: UploadSource[] = [
      { path: "few.txt", content: text },
      { path: "many.bin", content: chunks(30).stream },
      { path: "none", content: new Blob([]).stream() },
    ];
    await uploadFiles({ ...known, files });
    expect(await entry("few.txt")).toEqual({ size: 3, sha256: undefined });
    expect(await entry("many.bin")).toEqual({ size: 30 * MIB, sha256: sha256Of(30) });
    expect(await entry("none")).toEqual({ size: 0, sha256: undefined });
    expect(spooled()).toEqual(before);
  });

  it("can be in the Map of a folder", async () => {
    const before = spooled();
    const folder = new Map([
      ["in/map.bin", chunks(12).stream],
      ["in/buffer", new ArrayBuffer(3)],
    ] as [string, ReadableStream<Uint8Array> | ArrayBuffer][]);
    const { files } = await uploadFolder({ ...known, folder });
    expect(files.map(({ path, size }) => [path, size])).toEqual([
      ["in/buffer", 3],
      ["in/map.bin", 12 * MIB],
    ]);
    expect(spooled()).toEqual(before);
  });

  it("may come with what it must be", async () => {
    const upload = (size: number | undefined, sha256: string | undefined): Promise<unknown> =>
      uploadFile({ ...known, file: { path: "known.bin", content: chunks(12).stream, size, sha256 } });
    await upload(12 * MIB, sha256Of(12));
    await upload(undefined, sha256Of(12).toUpperCase());
    const before = spooled();
    await hub.forget();
    const rows: [number | undefined, string | undefined, RegExp][] = [
      [12 * MIB + 1, undefined, /"known\.bin" has 12582912 bytes, its size says 12582913/],
      [12 * MIB - 1, undefined, /"known\.bin" has more bytes than its size says \(12582911\)/],
      [0, undefined, /more bytes than its size says \(0\)/],
      [
        undefined,
        sha256Of(11),
        new RegExp(`"known\\.bin" has the sha256 ${sha256Of(12)}, but ${sha256Of(11)} was given`),
      ],
      [-1, undefined, /size of "known\.bin" must be a whole number/],
      [undefined, "abc", /sha256 of "known\.bin" must be 64 hex digits/],
    ];
    for (const [size, sha256, message] of rows) {
      const failing = expect(upload(size, sha256));
      await failing.rejects.toMatchObject({
        code: "invalid_input",
        path: "known.bin",
        message: expect.stringMatching(message) as string,
      });
    }
    expect(spooled()).toEqual(before);
    expect(await hub.requests()).toEqual([]);
  });

  it.each<[string, number]>([
    ["at once", 0],
    ["while it is buffered", 3],
    ["while it is spooled", 15],
  ])("that fails %s fails the upload with its own error as the cause", async (_, count) => {
    const before = spooled();
    const cause = new Error("the camera was unplugged");
    const job = uploadFile({ ...known, file: { path: "a/b.bin", content: chunks(count, { fail: cause }).stream } });
    await expect(job).rejects.toMatchObject({
      code: "file_unreadable",
      path: "a/b.bin",
      message: '"a/b.bin" cannot be read: its stream failed (the camera was unplugged)',
      cause,
    });
    expect(spooled()).toEqual(before);
  });

  it("is refused when somebody reads it already, or has", async () => {
    const locked = chunks(1).stream;
    locked.getReader();
    const begun = chunks(2).stream;
    const reader = begun.getReader();
    await reader.read();
    reader.releaseLock();
    const done = new Blob(["x"]).stream();
    await new Response(done).text();
    for (const content of [locked, begun, done]) {
      const job = uploadFile({ ...known, file: { path: "x", content } });
      await expect(job).rejects.toMatchObject({
        code: "invalid_input",
        message: /"x" is being read already.*fresh one/,
      });
    }
    const twice = chunks(1).stream;
    const files = [
      { path: "1", content: twice },
      { path: "2", content: twice },
    ];
    await expect(uploadFiles({ ...known, files })).rejects.toMatchObject({ code: "invalid_input", path: "2" });
  });

  it.each<[string, unknown, RegExp]>([
    ["text", "chunk", /"x" brings text; pipe it through a TextEncoderStream/],
    ["numbers", 7, /something that is not bytes/],
    ["nothing", null, /something that is not bytes/],
  ])("of %s is refused", async (_, chunk, message) => {
    const content = new ReadableStream({
      start(controller) {
        controller.enqueue(chunk);
      },
    });
    const job = uploadFile({ ...known, file: { path: "x", content } });
    await expect(job).rejects.toMatchObject({
      code: "invalid_input",
      message: expect.stringMatching(message) as string,
    });
  });

  it.each([3, 15])(
    "is cancelled, and what was kept of it removed, when the job is stopped after %d MiB",
    async (count) => {
      const before = spooled();
      const { stream, cancelled, pulls } = chunks(count, { never: true });
      const job = uploadFile({ ...known, file: { path: "x", content: stream } });
      const stopped = expect(job).rejects.toThrow("enough");
      await vi.waitUntil(() => pulls() > count);
      expect(spooled().length).toBe(before.length + (count > 10 ? 1 : 0));
      const reason = new Error("enough");
      job.abort(reason);
      await stopped;
      await vi.waitUntil(() => cancelled() === reason);
      await vi.waitUntil(() => spooled().length === before.length);
    },
  );

  it("of more than is held in memory needs a place to be kept", async () => {
    const node = platform();
    const { spool: _, ...placeless } = node;
    setPlatform(placeless);
    onTestFinished(() => {
      setPlatform(node);
    });
    await uploadFile({ ...known, file: { path: "fits", content: chunks(10).stream } });
    await hub.forget();
    const { stream, cancelled } = chunks(11);
    const job = uploadFile({ ...known, file: { path: "too-much", content: stream } });
    await expect(job).rejects.toMatchObject({
      code: "invalid_input",
      message: expect.stringMatching(/"too-much" has more than 10 MiB.*sha256 and size.*Blob or File/) as string,
    });
    expect(cancelled()).toBeInstanceOf(Error);
    expect(await hub.requests()).toEqual([]);
  });
});
