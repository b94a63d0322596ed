/**
 * The bytes of a large file, in order. Chromium takes a quarter of the time less to stream them than to read slice by slice, and what
 * is read ahead is little.
 *
 * Invariant: a file that changes meanwhile is not taken for what it was. A stream does not look, a slice does: what is left at the end
 * must be one.
 */
import { readRange } from "../read.js";
import { release } from "../release.js";
import { inTime } from "../../source/patience.js";

/** Reads the next bytes, up to `end`, after all that were asked for before, into this buffer or one of their own. */
export type Next = (buffer: Uint8Array<ArrayBuffer>, end: number) => Promise<Uint8Array<ArrayBuffer>>;

/** Opens a stream of a file's bytes `from..to`; slices bring what comes after. Errors of what it gives: as of a range that is read. */
export function streamOf(blob: Blob, from: number, to: number): Next {
  const reader = blob.slice(from, to).stream().getReader();
  let rest = new Uint8Array();
  let last = Promise.resolve(rest);
  const next: Next = async (buffer, end) => {
    const { length } = buffer;
    for (let at = 0; ;) {
      if (rest.length === 0) {
        const { value } = await inTime(reader.read().catch(() => ({ value: undefined })));
        // Its end; or it breaks off, and a slice tells why.
        if (value === undefined) break;
        rest = value;
      }
      const part = rest.subarray(0, length - at);
      buffer.set(part, at);
      at += part.length;
      rest = rest.subarray(part.length);
      if (rest.length === 0) release(rest.buffer);
      if (at === length) return buffer;
    }
    return await readRange(blob, end - length, end);
  };
  return (buffer, end) => (last = last.then(() => next(buffer, end)));
}
