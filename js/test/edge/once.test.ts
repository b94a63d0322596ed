// Bytes that come once and in order.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import "../../src/entry/node.js";
import { Once, OnceBlob, type Promised } from "../../src/source/once.js";

const content = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7 + (index >> 8)) % 251);
const sha256 = createHash("sha256").update(content).digest("hex");

/** A stream of bytes or not, in pieces of odd sizes, each made when it is asked for and told to `onPiece`. */
function streamOf(bytes: Uint8Array, type?: "bytes", onPiece?: (length: number) => void): ReadableStream<Uint8Array> {
  let at = 0;
  const source = {
    ...(type && { type }),
    pull: (controller: ReadableByteStreamController) => {
      if (at >= bytes.length) {
        controller.close();
        (controller.byobRequest as ReadableStreamBYOBRequest | undefined)?.respond(0);
        return;
      }
      const piece = bytes.slice(at, (at += 4_099));
      onPiece?.(piece.length);
      controller.enqueue(piece);
    },
  };
  return new ReadableStream(source as UnderlyingByteSource, { highWaterMark: 0 });
}

const onceOf = (promised: Partial<Promised> = {}, bytes = content, type?: "bytes"): Once =>
  new Once(streamOf(bytes, type), { size: bytes.length, ...promised });

async function troubleOf(once: Once, start: number, end: number): Promise<unknown> {
  await expect(once.read(start, end)).rejects.toThrow();
  expect(once.failure).toBeDefined();
  return once.trouble;
}

describe.each([undefined, "bytes" as const])("a stream of type %s", (type) => {
  it("is read in windows, its beginning as often as is wanted", async () => {
    const blob = new OnceBlob(onceOf({}, content, type));
    expect(blob.size).toBe(content.length);
    expect(await blob.slice(0, 512).bytes()).toEqual(content.slice(0, 512));
    expect(await blob.slice(0, 512).bytes()).toEqual(content.slice(0, 512));
    const windows = [0, 100_000, 200_000].map((from) => blob.slice(from, from + 100_000).bytes());
    expect(Buffer.concat(await Promise.all(windows)).equals(content)).toBe(true);
  });

  it("uses buffers again that come back", async () => {
    const once = onceOf({}, content, type);
    const first = await once.read(0, 100_000);
    once.giveBack(first);
    const second = await once.read(100_000, 200_000);
    // One that a stream fills itself goes over and comes back as another one.
    expect(second.buffer === first.buffer).toBe(type === undefined);
    const third = await once.read(200_000, 300_000);
    expect(Buffer.concat([second, third]).equals(content.subarray(100_000))).toBe(true);
  });

  it("that ends early or goes on gives no last window", async () => {
    const short = onceOf({ size: content.length + 1 }, content, type);
    expect(await troubleOf(short, 0, content.length + 1)).toBe("short");
    const long = onceOf({ size: content.length - 1 }, content, type);
    expect(await troubleOf(long, 0, content.length - 1)).toBe("long");
  });
});

it("what has passed does not come back", async () => {
  const once = onceOf();
  await once.read(0, 200_000);
  expect(await troubleOf(once, 0, 200_000)).toBe("spent");
});

it("a promised digest is relied on, and holds or not before the last bytes are given", async () => {
  const good = onceOf({ sha256 });
  await good.read(0, 512);
  expect(good.relyOnDigest()).toBe(sha256);
  await good.read(0, 300_000);
  const bad = onceOf({ sha256: "0".repeat(64) });
  bad.relyOnDigest();
  await bad.read(0, 200_000);
  expect(await troubleOf(bad, 200_000, 300_000)).toBe("digest");
});

it("a digest that was not promised, or comes too late, cannot be relied on", async () => {
  const none = onceOf();
  expect(() => none.relyOnDigest()).toThrow(/SHA-256/);
  expect(none.trouble).toBe("unpromised");
  const late = onceOf({ sha256 });
  await late.read(0, 200_000);
  expect(() => late.relyOnDigest()).toThrow(/again/);
});

it("a stream that stands still is not waited for, one that fails says so", async () => {
  const still = new Once(new ReadableStream({}), { size: 10, stallMs: 20 });
  expect(await troubleOf(still, 0, 10)).toBe("stalled");
  const failing = new ReadableStream<Uint8Array>({
    pull: () => {
      throw new Error("the line is cut");
    },
  });
  expect(await troubleOf(new Once(failing, { size: 10 }), 0, 10)).toBe("broken");
});

it.each([
  ["to its end", 1_000_000, content.length],
  ["as far as is said", 100_000, 25 * 4_099],
])("is read past when nobody wants the rest, %s", async (_, mostBytes, come) => {
  let pulled = 0;
  const stream = streamOf(content, undefined, (length) => (pulled += length));
  const once = new Once(stream, { size: content.length, staysOpen: true });
  await once.read(0, 512);
  await once.end();
  expect(pulled).toBe(4_099);
  await once.drain(mostBytes);
  expect(pulled).toBe(come);
  expect(await troubleOf(once, 512, 600)).toBe("short");
});
