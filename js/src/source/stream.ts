/**
 * Bytes that come once, in order, as a blob that can be read again: small ones in memory, others in a spool.
 *
 * Invariants: a stream that is stopped or turned down is cancelled; of what it brought nothing stays behind.
 */
import { isPlatformBlob } from "./lazy.js";
import { readFailureOf } from "./failure.js";
import { rememberRelease, type Spool } from "./spool.js";
import { fromFailure, HubferryError, InvalidInputError, isHubferryError } from "../errors.js";
import { platform } from "../platform.js";

/** Most bytes of a stream that are held in memory. */
export const BUFFERED_BYTES = 10 * 1024 * 1024;

/** What is known of a stream before it is read. */
export interface Intake {
  /** What the stream is, for messages: a path in quotes, or a URL. */
  readonly name: string;
  /** The path in the repo, for errors. */
  readonly path?: string | undefined;
  /** Bytes that it must bring. */
  readonly size?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Says what a failure of the stream means. @default the stream's own failure, with the path */
  readonly explain?: ((error: unknown) => HubferryError) | undefined;
}

/** Whether this is a stream, also one from another window. */
export function isStream(value: unknown): value is ReadableStream<unknown> {
  return typeof value === "object" && value !== null && "getReader" in value && typeof value.getReader === "function";
}

/**
 * Reads a stream that the caller gave.
 *
 * Errors: `invalid_input` for one that somebody else reads or has read, that brings something else than bytes, another number
 * of them than `size`, or more than can be kept; `file_unreadable` when the stream itself fails, with its error as `cause`.
 */
export async function readStream(stream: ReadableStream<unknown>, intake: Intake): Promise<Blob> {
  const { name, path } = intake;
  checkFresh(stream, intake);
  return await take(stream, intake, async () => {
    const spool = await platform().spool?.();
    if (spool !== undefined) return spool;
    throw new InvalidInputError(
      `The stream of ${name} has more than ${BUFFERED_BYTES / 1024 ** 2} MiB, whose sha256 and size must be known before they ` +
        "are sent, and this runtime has no place to keep them meanwhile: give the content as a Blob or File",
      { path },
    );
  });
}

/** Errors: `invalid_input` for a stream that somebody else reads or has read. */
export function checkFresh(stream: ReadableStream<unknown>, { name, path }: Intake): void {
  if (!isUsed(stream)) return;
  throw new InvalidInputError(`The stream of ${name} is being read already, or was: give a fresh one for each file`, {
    path,
  });
}

/**
 * Copies a stream of ours into the platform's own storage, for lanes.
 *
 * Errors: what the stream throws; `file_unreadable`.
 */
export async function keepStream(stream: ReadableStream<unknown>, intake: Intake): Promise<Blob> {
  return await take(stream, intake, async () => (await platform().spool?.()) ?? blobSpool());
}

async function take(stream: ReadableStream<unknown>, intake: Intake, spoolOf: () => Promise<Spool>): Promise<Blob> {
  const { name, path, signal, size: expected = Infinity } = intake;
  const reader = stream.getReader();
  const abort = (): void => {
    // The read under way ends at once, whether the stream cares or not.
    reader.cancel(signal?.reason).catch(() => undefined);
  };
  signal?.addEventListener("abort", abort, { once: true });
  const buffered: Uint8Array<ArrayBuffer>[] = [];
  let spool: Spool | undefined;
  let size = 0;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await read(reader, intake);
      signal?.throwIfAborted();
      if (done) break;
      const bytes = bytesOf(value, intake);
      size += bytes.length;
      if (size > expected) {
        throw new InvalidInputError(`${name} has more bytes than its size says (${expected})`, { path });
      }
      if (spool === undefined) {
        buffered.push(bytes);
        if (size <= BUFFERED_BYTES) continue;
        spool = await spoolOf();
        for (const earlier of buffered.splice(0)) await write(spool, earlier, intake);
      } else await write(spool, bytes, intake);
    }
    if (expected !== Infinity && size !== expected) {
      throw new InvalidInputError(`${name} has ${size} bytes, its size says ${expected}`, { path });
    }
    if (spool === undefined) return new Blob(buffered);
    const kept = spool;
    return rememberRelease(await kept.finish(), () => kept.remove());
  } catch (error) {
    // Not waited for: a stream may never say that it has stopped.
    reader.cancel(error).catch(() => undefined);
    await spool?.remove();
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

async function read(
  reader: ReadableStreamDefaultReader<unknown>,
  { name, path, explain }: Intake,
): Promise<ReadableStreamReadResult<unknown>> {
  try {
    return await reader.read();
  } catch (error) {
    // One of ours says it all.
    if (isHubferryError(error)) throw error;
    if (explain !== undefined) throw explain(error);
    const { code, message } = readFailureOf(error);
    throw new HubferryError(code, `${name} cannot be read: its stream failed (${message})`, { path, cause: error });
  }
}

async function write(spool: Spool, bytes: Uint8Array<ArrayBuffer>, { name, path }: Intake): Promise<void> {
  try {
    await spool.write(bytes);
  } catch (error) {
    const { message } = readFailureOf(error);
    const text = `${name} cannot be kept on this device while it is sent (${message}): free some space, or give a Blob or File`;
    throw new HubferryError("file_unreadable", text, { path, cause: error });
  }
}

function bytesOf(chunk: unknown, { name, path }: Intake): Uint8Array<ArrayBuffer> {
  if (chunk instanceof Uint8Array) return chunk as Uint8Array<ArrayBuffer>;
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer as ArrayBuffer, chunk.byteOffset, chunk.byteLength);
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  const kind = typeof chunk === "string" ? "text; pipe it through a TextEncoderStream" : "something that is not bytes";
  throw new InvalidInputError(`The stream of ${name} brings ${kind}`, { path });
}

/** Whether a stream is locked or has been read from; the platform tells the latter only in this way. */
function isUsed(stream: ReadableStream<unknown>): boolean {
  try {
    return new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).body === null;
  } catch {
    return true;
  }
}

/** A spool in blobs, which browsers keep on disk themselves when there is much of them. */
function blobSpool(): Spool {
  const parts: Blob[] = [];
  return {
    write: (bytes) => {
      parts.push(new Blob([bytes]));
      return Promise.resolve();
    },
    finish: () => Promise.resolve(new Blob(parts)),
    remove: () => {
      parts.length = 0;
      return Promise.resolve();
    },
  };
}

/**
 * A blob that the platform cannot post or send, copied so that it can; any other as it is.
 *
 * Errors: `file_unreadable` and what reading the blob brings.
 */
export async function platformBlob(blob: Blob, intake: Intake): Promise<Blob> {
  if (isPlatformBlob(blob) || platform().spawn === undefined) return blob;
  const copy = await keepStream(blob.stream(), intake);
  if (copy.size === blob.size) return copy;
  throw fromFailure(
    { code: "file_changed", message: `${intake.name} has ${copy.size} bytes, not ${blob.size}` },
    intake.path,
  );
}
