/**
 * Parts of xorbs in, bytes of a file out: what is computed when something stored by Xet is read. Runs in a worker, or in place
 * where there is none; the engine must have been started in the same realm.
 */
import { XorbPart } from "../wasm/core.js";

/** What is unpacked: a range of a file, from all the parts that hold it. */
export interface UnpackTask {
  /** Bodies of the fetches. */
  readonly bodies: readonly ArrayBuffer[];
  /** The chunks in each body: the first, and one past the last. */
  readonly parts: readonly (readonly [start: number, end: number])[];
  /** What the range consists of, in order. */
  readonly terms: readonly UnpackTerm[];
  /** Its length. */
  readonly size: number;
  /** Bring the hashes of its chunks as well. */
  readonly hashed: boolean;
}

/** A run of chunks, of which bytes `from..to` are wanted. */
export interface UnpackTerm {
  /** Which part holds it. */
  readonly part: number;
  readonly chunks: readonly [start: number, end: number];
  /** The length of the whole run. */
  readonly length: number;
  readonly from: number;
  readonly to: number;
}

/** What came out. */
export interface Unpacked {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The chunks that begin in it, as a flat list; empty when they were not asked for. */
  readonly hashes: Uint8Array<ArrayBuffer>;
}

/**
 * Unpacks a range.
 *
 * Errors: the engine's `protocol`, thrown, when the parts are not what they should be.
 */
export function unpack({ bodies, parts, terms, size, hashed }: UnpackTask): Unpacked {
  const open: XorbPart[] = [];
  const lists: Uint8Array[] = [];
  const bytes = new Uint8Array(size);
  try {
    for (const [index, [start, end]] of parts.entries()) {
      open.push(new XorbPart(new Uint8Array(bodies[index] ?? new ArrayBuffer()), start, end));
    }
    let at = 0;
    for (const { part, chunks, length, from, to } of terms) {
      const holder = open[part];
      if (holder === undefined) throw new RangeError(`there is no part ${part}`);
      bytes.set(holder.unpack(chunks[0], chunks[1], length, from, to, hashed), at);
      at += to - from;
      if (hashed) lists.push(holder.hashes());
    }
  } finally {
    for (const part of open) part.free();
  }
  return { bytes, hashes: joined(lists) };
}

function joined(lists: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(lists.reduce((sum, list) => sum + list.length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all;
}
