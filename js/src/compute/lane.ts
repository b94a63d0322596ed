/**
 * What a lane does: it reads files and computes over their bytes.
 *
 * Invariants: files are read in windows, one ahead of the one that is worked on, so that memory does not grow with the file;
 * a read that brings another number of bytes than it should fails the task; nothing rejects. Runs in a worker, or in place
 * where there are no workers; nothing else in a page may run it.
 */
import { Gathering } from "./gathering.js";
import { probeAll } from "./probe.js";
import { readRange } from "./read.js";
import { release } from "./release.js";
import type { AssemblePart, Done, Task, Watch } from "./task.js";
import { isPlatformBlob } from "../source/lazy.js";
import { Pace } from "../pace.js";
import { readFailureOf } from "../source/failure.js";

/** The digests and the encoding, by the engine or by the platform. */
export interface Hashing {
  /** From the beginning, or on from a saved state where states can be saved. */
  sha256(saved?: Uint8Array): Hasher;
  /** Many whole messages, where they are faster together. */
  readonly sha256Many?: (messages: readonly Uint8Array[]) => Promise<string[]> | string[];
  /** The git blob oid of a file of this size. */
  gitBlob(size: number): Hasher;
  /** Base64 as ASCII bytes. */
  base64(bytes: Uint8Array): Uint8Array<ArrayBuffer>;
}

/** One digest under way. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  /** Lower-case hex; the hasher is used up. */
  digest(): string;
  /** Everything needed to go on later, elsewhere; absent where that cannot be had. */
  save?(): Uint8Array;
  /** Gives back its memory, after `digest` or instead of it. */
  free(): void;
}

type DigestTask = Extract<Task, { kind: "digest" }>;

/** Bytes per read of a long file; half the size costs a third more, twice the size gains nothing. */
const WINDOW = 4 * 1024 * 1024;
/** As above, for base64: the texts of windows follow each other when each is a multiple of three. */
const BASE64_WINDOW = 3 * 1024 * 1024;
/** Milliseconds between two reports of one task. */
const REPORT_EVERY_MS = 100;

/** Does one task. */
export async function perform(task: Task, hashing: Hashing, watch: Watch): Promise<Done> {
  try {
    switch (task.kind) {
      case "probe":
        return { kind: "probed", files: await probeAll(task.files, hashing, watch.signal) };
      case "digest":
        return { kind: "digested", digest: await digest(task, hashing, watch) };
      case "assemble":
        return await assemble(task.parts, hashing, watch.signal);
    }
  } catch (error) {
    return { kind: "failed", failure: readFailureOf(error) };
  }
}

async function digest(task: DigestTask, hashing: Hashing, { signal, onProgress }: Watch): Promise<string> {
  const hasher = task.digest === "sha256" ? hashing.sha256() : hashing.gitBlob(task.size);
  try {
    let reported = performance.now();
    for await (const { bytes, end } of windows(task.blob, 0, task.size, WINDOW)) {
      signal.throwIfAborted();
      hasher.update(bytes);
      if (isPlatformBlob(task.blob)) release(bytes.buffer);
      if (performance.now() - reported < REPORT_EVERY_MS) continue;
      reported = performance.now();
      onProgress?.(end);
    }
    return hasher.digest();
  } finally {
    hasher.free();
  }
}

async function assemble(parts: readonly AssemblePart[], hashing: Hashing, signal: AbortSignal): Promise<Done> {
  const gathered = new Gathering();
  const encoder = new TextEncoder();
  const pace = new Pace();
  for (const [index, part] of parts.entries()) {
    signal.throwIfAborted();
    // Some platforms read small blobs without a pause.
    if (pace.due) await pace.turn();
    if (typeof part === "string") {
      gathered.add(encoder.encode(part));
    } else if (!part.base64 && isPlatformBlob(part.blob)) {
      gathered.addBlob(part.blob.slice(part.start, part.end));
    } else {
      try {
        for await (const { bytes } of windows(part.blob, part.start, part.end, BASE64_WINDOW)) {
          signal.throwIfAborted();
          gathered.add(part.base64 ? hashing.base64(bytes) : bytes);
        }
      } catch (error) {
        return { kind: "failed", failure: readFailureOf(error), part: index };
      }
    }
  }
  return { kind: "assembled", blob: gathered.finish() };
}

/** Bytes `start..end` in windows, each read while the one before is worked on. */
async function* windows(
  blob: Blob,
  start: number,
  end: number,
  size: number,
): AsyncGenerator<{ bytes: Uint8Array<ArrayBuffer>; end: number }, void, void> {
  const readFrom = (from: number): Promise<Uint8Array<ArrayBuffer>> => {
    const reading = readRange(blob, from, Math.min(from + size, end));
    // When the work before it fails, nobody waits for this one.
    reading.catch(() => undefined);
    return reading;
  };
  let ahead = start < end ? readFrom(start) : undefined;
  for (let at = start; ahead !== undefined; at += size) {
    const bytes = await ahead;
    ahead = at + size < end ? readFrom(at + size) : undefined;
    yield { bytes, end: at + bytes.length };
  }
}
