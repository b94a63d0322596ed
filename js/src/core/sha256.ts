/** SHA-256: of one content, of many, and step by step. */
import { bytesOf, checkSource, piecesOf, sizeOf, view, type ByteSource } from "./content.js";
import { Handle } from "./handle.js";
import { sha256Many as digestMany } from "../compute/digest-many.js";
import type { Hasher } from "../compute/lane.js";
import { engine, engineNow } from "../engine.js";
import { platform } from "../platform.js";
import { Sha256Hasher } from "../wasm/core.js";

/** Bytes up to which a content is digested in one piece, where the platform may be the faster one. */
const WHOLE_BYTES = 16 * 1024 * 1024;
/** Bytes up to which one of many is digested beside others. */
const CROWD_MEMBER_BYTES = 1024 * 1024;
/** Contents, and bytes of them, that are read and digested together. */
const CROWD = { contents: 64, bytes: 8 * 1024 * 1024 };

/**
 * A SHA-256 under way.
 *
 * In a browser the engine must have been loaded: `await init()` once.
 *
 * @example
 * const hasher = new Sha256();
 * for await (const piece of stream) hasher.update(piece);
 * const oid = hasher.digest();
 */
export class Sha256 {
  readonly #handle: Handle<Hasher>;

  constructor() {
    this.#handle = new Handle(newHasher());
  }

  /** Takes the next bytes. */
  update(bytes: Uint8Array | ArrayBuffer): this {
    const given = view(bytes);
    this.#handle.use((hasher) => {
      hasher.update(given);
    });
    return this;
  }

  /** The digest of everything taken, in lower-case hex. Ends this object. */
  digest(): string {
    return this.#handle.end((hasher) => hasher.digest());
  }

  /** Gives its memory back; for those that do not come to `digest`. */
  free(): void {
    this.#handle.free();
  }

  [Symbol.dispose](): void {
    this.free();
  }
}

/**
 * The SHA-256 of a content in lower-case hex.
 *
 * Large contents are read in windows, so memory does not grow with them.
 *
 * @example
 * const oid = await sha256(input.files[0]);
 */
export async function sha256(source: ByteSource): Promise<string> {
  checkSource(source);
  await engine();
  const size = sizeOf(source);
  if (platform().hashing === undefined && !(source instanceof ReadableStream) && (size ?? 0) <= WHOLE_BYTES) {
    const [digest = ""] = await digestMany([await bytesOf(source)]);
    return digest;
  }
  const hasher = new Sha256();
  try {
    for await (const piece of piecesOf(source)) hasher.update(piece);
    return hasher.digest();
  } finally {
    hasher.free();
  }
}

/**
 * The SHA-256 of many contents, in order, in lower-case hex.
 *
 * Small ones are read side by side and digested together: by the platform, or four at a time by the engine, whichever is faster
 * here.
 *
 * @example
 * const oids = await sha256Many(input.files);
 */
export async function sha256Many(
  sources: Iterable<ByteSource> | AsyncIterable<ByteSource> | ArrayLike<ByteSource>,
): Promise<string[]> {
  await engine();
  const digests: string[] = [];
  let crowd: { index: number; reading: Promise<Uint8Array> }[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    const members = crowd;
    crowd = [];
    bytes = 0;
    const messages = await Promise.all(members.map(({ reading }) => reading));
    const hashing = platform().hashing;
    const found = hashing === undefined ? await digestMany(messages) : messages.map((message) => alone(message));
    for (const [at, { index }] of members.entries()) digests[index] = found[at] ?? "";
  };
  let index = 0;
  for await (const source of iterable(sources)) {
    checkSource(source);
    const size = sizeOf(source);
    if (source instanceof ReadableStream || size === undefined || size > CROWD_MEMBER_BYTES) {
      digests[index++] = await sha256(source);
      continue;
    }
    const reading = bytesOf(source);
    // One that fails is told of when the crowd is digested; others may fail with it.
    reading.catch(() => undefined);
    crowd.push({ index: index++, reading });
    bytes += size;
    if (crowd.length >= CROWD.contents || bytes >= CROWD.bytes) await flush();
  }
  await flush();
  return digests;
}

/** A `FileList` is an iterable in browsers, but not to everybody's types. */
function iterable<T>(items: Iterable<T> | AsyncIterable<T> | ArrayLike<T>): Iterable<T> | AsyncIterable<T> {
  return Symbol.iterator in items || Symbol.asyncIterator in items ? items : Array.from(items);
}

function newHasher(): Hasher {
  const { hashing } = platform();
  if (hashing !== undefined) return hashing.sha256();
  engineNow();
  return new Sha256Hasher();
}

function alone(message: Uint8Array): string {
  return new Sha256().update(message).digest();
}
