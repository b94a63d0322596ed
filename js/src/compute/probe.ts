/** Reads the beginnings of many files, small ones whole, and makes the digests of those. */
import type { Hasher, Hashing } from "./lane.js";
import { readRange } from "./read.js";
import type { ProbeTask } from "./task.js";
import { readFailureOf } from "../source/failure.js";
import type { FailureView, ProbeResultView } from "../wire.js";

/** Bytes of a file's beginning that a probe brings. */
const SAMPLE = 512;
/** Files whose digests are made together; as many are read meanwhile. */
const TOGETHER = 32;

/** What a read brought. */
type Read = Uint8Array<ArrayBuffer> | FailureView;

/**
 * Probes files; one result each, in their order. `onRead` is given what was read of each, by its place, and may keep it.
 *
 * Errors: the signal's reason, and nothing else.
 */
export async function probeAll(
  files: readonly ProbeTask[],
  hashing: Hashing,
  signal: AbortSignal,
  onRead?: (index: number, bytes: Uint8Array<ArrayBuffer>) => void,
): Promise<ProbeResultView[]> {
  const results: ProbeResultView[] = [];
  const start = (at: number): Promise<Read>[] => files.slice(at, at + TOGETHER).map(read);
  let ahead = start(0);
  for (let at = 0; at < files.length; at += TOGETHER) {
    const reads = await Promise.all(ahead);
    signal.throwIfAborted();
    ahead = start(at + TOGETHER);
    const whole = reads.filter((read, index) => isRead(read) && files[at + index]?.whole === true);
    const digests = (await sha256Many(whole.filter(isRead), hashing)).values();
    for (const [index, bytes] of reads.entries()) {
      const file = files[at + index];
      if (!isRead(bytes)) results.push({ type: "failed", failure: bytes });
      else if (file !== undefined) {
        results.push(resultOf(file, bytes, hashing, file.whole ? digests.next().value : undefined));
        onRead?.(at + index, bytes);
      }
    }
  }
  return results;
}

async function read({ blob, size, whole, text }: ProbeTask): Promise<Read> {
  try {
    return await readRange(blob, 0, whole || text ? size : Math.min(size, SAMPLE));
  } catch (error) {
    return readFailureOf(error);
  }
}

function isRead(read: Read): read is Uint8Array<ArrayBuffer> {
  return read instanceof Uint8Array;
}

function resultOf(
  { whole, text }: ProbeTask,
  bytes: Uint8Array,
  hashing: Hashing,
  sha256: string | undefined,
): ProbeResultView {
  const result: ProbeResultView = { type: "probed", sample: toText(hashing.base64(bytes.subarray(0, SAMPLE))) };
  if (sha256 !== undefined) result.sha256 = sha256;
  if (whole) result.gitBlob = digestOnce(hashing.gitBlob(bytes.length), bytes);
  if (text) result.text = toText(bytes);
  return result;
}

async function sha256Many(messages: readonly Uint8Array[], hashing: Hashing): Promise<string[]> {
  if (hashing.sha256Many !== undefined) return await hashing.sha256Many(messages);
  return messages.map((bytes) => digestOnce(hashing.sha256(), bytes));
}

function digestOnce(hasher: Hasher, bytes: Uint8Array): string {
  try {
    hasher.update(bytes);
    return hasher.digest();
  } finally {
    hasher.free();
  }
}

function toText(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}
