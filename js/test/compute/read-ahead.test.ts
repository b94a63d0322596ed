import { describe, expect, test, vi } from "vitest";
import { streamOf } from "../../src/compute/pack/file-stream.js";
import { ReadAhead } from "../../src/compute/pack/read-ahead.js";

const WINDOW = 64 * 1024;

function bytesOf(length: number, seed: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) + seed) & 255);
}

/** A file whose streams end after so many bytes, or with this error. */
function fileThatBreaks(bytes: Uint8Array<ArrayBuffer>, after: number, error?: Error): File {
  const file = new File([bytes], "large.bin");
  const slice = file.slice.bind(file);
  file.slice = (start = 0, end) => {
    const part = slice(start, end);
    part.stream = () => {
      let at = start;
      return new ReadableStream({
        pull: (controller) => {
          const piece = bytes.slice(at, Math.min(at + 10_000, after));
          at += piece.length;
          if (piece.length > 0) controller.enqueue(piece);
          else if (error) controller.error(error);
          else controller.close();
        },
      });
    };
    return part;
  };
  return file;
}

async function readAll(ahead: ReadAhead<{ blob: Blob; size: number }>): Promise<Uint8Array[]> {
  const read: Uint8Array[] = [];
  for (let window = ahead.take(); window !== undefined; window = ahead.take()) {
    const bytes = await window.bytes;
    read.push(bytes.slice());
    if (window.isOwn) ahead.giveBack(bytes);
  }
  return read;
}

const joined = (parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts);

describe("windows of files", () => {
  test.each([WINDOW + 1, 3 * WINDOW, 5 * WINDOW - 1, 20 * WINDOW + 12_345])(
    "bring a large file of %i bytes, and those beside it, in order",
    async (size) => {
      const contents = [bytesOf(1_000, 1), bytesOf(size, 2), bytesOf(WINDOW, 3), bytesOf(size + 7, 4)];
      const ahead = new ReadAhead<{ blob: Blob; size: number }>(WINDOW);
      for (const [i, content] of contents.entries())
        ahead.add({ blob: new File([content], `${i}.bin`), size: content.length });
      const windows = await readAll(ahead);
      expect(windows.every(({ length }) => length <= WINDOW)).toBe(true);
      expect(joined(windows).equals(joined(contents))).toBe(true);
    },
  );

  test("go on in the middle of a large file, and behind its head", async () => {
    const content = bytesOf(9 * WINDOW + 99, 5);
    const blob = new File([content], "large.bin");
    const late = new ReadAhead<{ blob: Blob; size: number; from?: number }>(WINDOW);
    late.add({ blob, size: blob.size, from: WINDOW + 17 });
    expect(joined(await readAll(late)).equals(content.subarray(WINDOW + 17))).toBe(true);

    const known = new ReadAhead<{ blob: Blob; size: number; head?: Uint8Array<ArrayBuffer> }>(WINDOW);
    known.add({ blob, size: blob.size, head: content.slice(0, 512) });
    expect(joined(await readAll(known)).equals(content)).toBe(true);
  });

  test("of a large file use the same memory again, and one stream", async () => {
    const content = bytesOf(12 * WINDOW, 6);
    const file = new File([content], "large.bin");
    const slices = vi.spyOn(file, "slice");
    const ahead = new ReadAhead<{ blob: Blob; size: number }>(WINDOW);
    ahead.add({ blob: file, size: file.size });
    const buffers = new Set<ArrayBuffer>();
    for (let window = ahead.take(); window !== undefined; window = ahead.take()) {
      const bytes = await window.bytes;
      buffers.add(bytes.buffer);
      ahead.giveBack(bytes);
    }
    // The last window is a slice.
    expect(slices.mock.calls).toEqual([
      [0, 11 * WINDOW],
      [11 * WINDOW, 12 * WINDOW],
    ]);
    expect(buffers.size).toBeLessThanOrEqual(4);
  });

  test("are those of the next file when one is dropped in the middle", async () => {
    const [first, second] = [7, 8].map((seed) => new File([bytesOf(8 * WINDOW + seed, seed)], "large.bin")) as [
      File,
      File,
    ];
    const ahead = new ReadAhead<{ blob: Blob; size: number }>(WINDOW);
    const dropped = { blob: first, size: first.size };
    ahead.add(dropped);
    ahead.add({ blob: second, size: second.size });
    const window = ahead.take();
    ahead.drop(dropped);
    await window?.bytes;
    expect(joined(await readAll(ahead)).equals(new Uint8Array(await second.arrayBuffer()))).toBe(true);
  });
});

describe("a stream of a file", () => {
  const content = bytesOf(4 * WINDOW, 9);

  test.each([undefined, new TypeError("network error")])(
    "that breaks off (%s) is gone on with by slices",
    async (error) => {
      const file = fileThatBreaks(content, 100_000, error);
      const next = streamOf(file, 0, 3 * WINDOW);
      const read = [1, 2, 3, 4].map(async (n) => (await next(new Uint8Array(WINDOW), n * WINDOW)).slice());
      expect(joined(await Promise.all(read)).equals(content)).toBe(true);
    },
  );

  test("that breaks off fails with what a slice says", async () => {
    const file = fileThatBreaks(content, 100_000, new TypeError("network error"));
    const slice = file.slice.bind(file);
    file.slice = (start, end) => {
      const part = slice(start, end);
      part.arrayBuffer = () => Promise.reject(new DOMException("It was changed", "NotReadableError"));
      return part;
    };
    const next = streamOf(file, 0, 3 * WINDOW);
    await next(new Uint8Array(WINDOW), WINDOW);
    await expect(next(new Uint8Array(WINDOW), 2 * WINDOW)).rejects.toMatchObject({ name: "NotReadableError" });
    // And nothing comes after it.
    await expect(next(new Uint8Array(WINDOW), 3 * WINDOW)).rejects.toMatchObject({ name: "NotReadableError" });
  });
});
