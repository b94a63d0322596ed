/** The bytes of whatever callers have: bytes, a blob, a stream. */
import { fromFailure, InvalidInputError } from "../errors.js";
import { Pace } from "../pace.js";
import { readFailureOf, shortRead } from "../source/failure.js";

/** Something with bytes. A stream is read to its end, and cannot be read again. */
export type ByteSource = Blob | Uint8Array | ArrayBuffer | ReadableStream<Uint8Array>;

/** Bytes per read of a blob; half the size costs a third more, twice the size gains nothing. */
const WINDOW_BYTES = 4 * 1024 * 1024;
/** Bytes that are worked on before a page gets its turn. */
const STRETCH_BYTES = 1024 * 1024;

/** How many bytes there are, where that is known before they are read. */
export function sizeOf(source: ByteSource): number | undefined {
  if (source instanceof ReadableStream) return undefined;
  return isBlob(source) ? source.size : source.byteLength;
}

/** All bytes of a source whose size is known. */
export async function bytesOf(source: Exclude<ByteSource, ReadableStream>): Promise<Uint8Array> {
  return isBlob(source) ? await read(source, 0, source.size) : view(source);
}

/** The bytes from beginning to end, in pieces after which others may have their turn. */
export async function* piecesOf(source: ByteSource): AsyncGenerator<Uint8Array, void, void> {
  const pace = new Pace();
  for await (const window of windowsOf(source)) {
    for (let at = 0; at < window.length; at += STRETCH_BYTES) {
      if (pace.due) await pace.turn();
      yield window.subarray(at, at + STRETCH_BYTES);
    }
  }
}

/** Refuses what has no bytes. */
export function checkSource(source: unknown): asserts source is ByteSource {
  const isSource =
    ArrayBuffer.isView(source) || source instanceof ArrayBuffer || source instanceof ReadableStream || isBlob(source);
  if (!isSource) throw new InvalidInputError("Give bytes, a Blob or a ReadableStream of bytes");
}

/** Bytes as the engine takes them. */
export function view(source: Uint8Array | ArrayBuffer): Uint8Array {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  throw new InvalidInputError("Give bytes: a Uint8Array or an ArrayBuffer");
}

async function* windowsOf(source: ByteSource): AsyncGenerator<Uint8Array, void, void> {
  if (source instanceof ReadableStream) yield* chunksOf(source);
  else if (isBlob(source)) yield* slicesOf(source);
  else yield view(source);
}

/** Windows of a blob, each read while the one before is worked on. */
async function* slicesOf(blob: Blob): AsyncGenerator<Uint8Array, void, void> {
  const readFrom = (start: number): Promise<Uint8Array> => {
    const reading = read(blob, start, Math.min(start + WINDOW_BYTES, blob.size));
    // When the work before it fails, nobody waits for this one.
    reading.catch(() => undefined);
    return reading;
  };
  let ahead = blob.size > 0 ? readFrom(0) : undefined;
  for (let at = WINDOW_BYTES; ahead !== undefined; at += WINDOW_BYTES) {
    const window = await ahead;
    ahead = at < blob.size ? readFrom(at) : undefined;
    yield window;
  }
}

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield view(value);
    }
  } finally {
    // A reader that stops early has no use for the rest; one that came to the end has nothing to cancel.
    reader.cancel().catch(() => undefined);
  }
}

async function read(blob: Blob, start: number, end: number): Promise<Uint8Array> {
  const bytes = await blob
    .slice(start, end)
    .arrayBuffer()
    .catch((error: unknown) => {
      throw fromFailure(readFailureOf(error));
    });
  if (bytes.byteLength !== end - start) throw fromFailure(shortRead(end - start, bytes.byteLength));
  return new Uint8Array(bytes);
}

/** Also one of another window. */
function isBlob(source: unknown): source is Blob {
  return source instanceof Blob || /^\[object (?:Blob|File)\]$/.test(Object.prototype.toString.call(source));
}
