/** Reading ranges of blobs, whole or not at all. */
import { fromFailure } from "../errors.js";
import { shortRead } from "../source/failure.js";
import { inTime } from "../source/patience.js";

/**
 * The bytes `start..end` of a blob, in a buffer of their own where the platform holds them.
 *
 * Errors: what the platform throws, `file_unreadable` for bytes that never come, and `file_changed` for fewer.
 */
export async function readRange(blob: Blob, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(await inTime(blob.slice(start, end).arrayBuffer()));
  if (bytes.length !== end - start) throw fromFailure(shortRead(end - start, bytes.length));
  return bytes;
}
