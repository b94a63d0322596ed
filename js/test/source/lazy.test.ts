// A lazy blob is to its user what a Blob of the platform is.
import { describe, expect, it } from "vitest";
import { isPlatformBlob, LazyBlob, type RangeReader } from "../../src/source/lazy.js";

const bytes = new Uint8Array(3_000_000).map((_, index) => index * 13);
const reads: [number, number][] = [];
const reader: RangeReader = {
  read: (start, end) => {
    reads.push([start, end]);
    return Promise.resolve(bytes.slice(start, end));
  },
};
const lazy = new LazyBlob(reader, 0, bytes.length);
const plain = new Blob([bytes]);

describe("a lazy blob", () => {
  it.each<(number | undefined)[]>([
    [],
    [0],
    [10, 20],
    [10],
    [-10],
    [-20, -10],
    [10, 5],
    [5, 99_999_999],
    [-99_999_999, 3],
    [undefined, 7],
  ])("slices as the platform does: %s, %s", async (start?: number, end?: number) => {
    const [ours, theirs] = [lazy.slice(start, end), plain.slice(start, end)];
    expect(ours.size).toBe(theirs.size);
    expect(Buffer.from(await ours.arrayBuffer()).equals(Buffer.from(await theirs.arrayBuffer()))).toBe(true);
    const [inner, same] = [ours.slice(3, -1), theirs.slice(3, -1)];
    expect(inner.size).toBe(same.size);
    expect(await inner.slice(0, 40).text()).toBe(await same.slice(0, 40).text());
  });

  it("reads nothing until it is asked", async () => {
    reads.length = 0;
    const part = lazy.slice(1000, 2000).slice(10, 20);
    expect(reads).toEqual([]);
    await part.arrayBuffer();
    expect(reads).toEqual([[1010, 1020]]);
    await lazy.slice(5, 5).arrayBuffer();
    expect(reads.length).toBe(1);
  });

  it("streams, piece by piece, as far as it is read", async () => {
    const whole = new Uint8Array(await new Response(lazy.stream()).arrayBuffer());
    expect(Buffer.from(whole).equals(bytes)).toBe(true);
    reads.length = 0;
    const stream = lazy.stream().getReader();
    await stream.read();
    await stream.cancel();
    expect(reads.length).toBeLessThan(3);
    expect((await lazy.slice(7, 7).stream().getReader().read()).done).toBe(true);
  });

  it("streams by the reader's own stream where it has one, and stops it", async () => {
    let cancelled = false;
    const own = new LazyBlob(
      {
        ...reader,
        stream: (start, end) =>
          Promise.resolve(
            new ReadableStream({
              pull: (controller) => {
                controller.enqueue(bytes.slice(start, end));
                controller.close();
              },
              cancel: () => {
                cancelled = true;
              },
            }),
          ),
      },
      0,
      bytes.length,
    );
    reads.length = 0;
    expect((await new Response(own.slice(10, 30).stream()).arrayBuffer()).byteLength).toBe(20);
    expect(reads).toEqual([]);
    const endless = new LazyBlob(
      {
        ...reader,
        stream: () =>
          Promise.resolve(
            new ReadableStream({
              pull: (controller) => {
                controller.enqueue(bytes.slice(0, 10));
              },
              cancel: () => {
                cancelled = true;
              },
            }),
          ),
      },
      0,
      bytes.length,
    );
    const stream = endless.stream().getReader();
    await stream.read();
    await stream.cancel();
    expect(cancelled).toBe(true);
  });

  it("passes on what its reader throws", async () => {
    const broken = new LazyBlob({ read: () => Promise.reject(new Error("broken")) }, 0, 10);
    await expect(broken.arrayBuffer()).rejects.toThrow("broken");
    await expect(broken.text()).rejects.toThrow("broken");
    await expect(broken.stream().getReader().read()).rejects.toThrow("broken");
  });

  it("is told from the platform's own", () => {
    class Foreign extends Blob {}
    expect([plain, new File([], "x"), plain.slice(1)].map(isPlatformBlob)).toEqual([true, true, true]);
    expect([lazy, new Foreign()].map(isPlatformBlob)).toEqual([false, false]);
  });
});
