/** Xorbs: many chunks in one body, as the content-addressed store takes and keeps them. */
import { readChunks, xorbHash, type Chunk } from "./chunks.js";
import { view } from "./content.js";
import { guarded, Handle } from "./handle.js";
import { hashText, RecordReader } from "./records.js";
import { engineNow } from "../engine.js";
import { InvalidInputError } from "../errors.js";
import { XorbChunk as StoredChunk, XorbWriter } from "../wasm/core.js";

/** Bytes of a body at most. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Bytes of a chunk's record at most: its header, and twice the longest chunk. */
const RECORD_MOST_BYTES = 8 + 256 * 1024;

/** How a chunk is stored: as it is, as one LZ4 frame, or with the bytes of its words grouped before. */
export type ChunkCompression = "none" | "lz4" | "bg4-lz4";

const COMPRESSIONS: readonly ChunkCompression[] = ["none", "lz4", "bg4-lz4"];

/** How a xorb is made. */
export interface XorbOptions {
  /** Bytes of a body that is not exceeded. @default 67108864, the most that the store takes */
  targetBytes?: number | undefined;
  /** Whether chunks that shrink are compressed. @default true */
  compress?: boolean | undefined;
}

/** A xorb that is complete. */
export interface Xorb {
  /** Its name in the store. */
  readonly hash: string;
  /** What is sent. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** Its chunks in order. */
  readonly chunks: Chunk[];
}

/** A chunk that was read from a xorb. */
export interface XorbChunk extends Chunk {
  /** Its bytes, decompressed. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How it is stored. */
  readonly compression: ChunkCompression;
  /** Bytes that it takes in the body, without its header of 8 bytes. */
  readonly storedLength: number;
}

/**
 * Packs chunks into a xorb.
 *
 * In a browser the engine must have been loaded: `await init()` once.
 *
 * @example
 * const builder = new XorbBuilder();
 * for (const { bytes, hash } of chunks) builder.add(bytes, hash);
 * const { hash, body } = builder.finish();
 */
export class XorbBuilder {
  readonly #handle: Handle<XorbWriter>;

  constructor({ targetBytes = MOST_BYTES, compress = true }: XorbOptions = {}) {
    const isSize = Number.isSafeInteger(targetBytes) && targetBytes > 0 && targetBytes <= MOST_BYTES;
    if (!isSize) throw new InvalidInputError("targetBytes is an integer from 1 to 67108864");
    engineNow();
    this.#handle = new Handle(new XorbWriter(targetBytes, compress));
  }

  /** Whether a chunk of this length, however it compresses, still fits. */
  hasRoom(length: number): boolean {
    return this.#handle.use((writer) => writer.hasRoom(length));
  }

  /** Bytes of the body so far. */
  get bodyLength(): number {
    return this.#handle.use((writer) => writer.bodyBytes());
  }

  /**
   * Appends a chunk; its index in the xorb.
   *
   * `hash` is the chunk's hash where it is known, from a `Chunker`; otherwise it is made here. It is believed.
   */
  add(chunk: Uint8Array | ArrayBuffer, hash?: string): number {
    const given = view(chunk);
    return this.#handle.use((writer) => writer.add(given, hash === undefined ? "" : hashText(hash)));
  }

  /** The xorb. Ends this object. */
  finish(): Xorb {
    const chunks = readChunks(this.#handle.use((writer) => writer.chunks()));
    // Made by the engine in a buffer of its own.
    const body = this.#handle.end((writer) => writer.takeBody()) as Uint8Array<ArrayBuffer>;
    return { hash: xorbHash(chunks), body, chunks };
  }

  /** Gives its memory back; for those that do not come to `finish`. */
  free(): void {
    this.#handle.free();
  }

  [Symbol.dispose](): void {
    this.free();
  }
}

/**
 * Reads a xorb, or a part of one that begins with a chunk; what follows the chunks in a stored one is left out. Every chunk is
 * decompressed and hashed, so a body is what it should be when `hash` is the name that it was asked for by.
 */
export function parseXorb(body: Uint8Array | ArrayBuffer): { hash: string; chunks: XorbChunk[] } {
  const bytes = view(body);
  engineNow();
  const chunks: XorbChunk[] = [];
  for (let at = 0; ;) {
    const read = guarded((window) => StoredChunk.read(window), bytes.subarray(at, at + RECORD_MOST_BYTES));
    if (read === undefined) return { hash: xorbHash(chunks), chunks };
    try {
      const facts = new RecordReader(read.facts());
      const chunk = { hash: facts.hash(), length: facts.number() };
      const compression = COMPRESSIONS[facts.number()] ?? "none";
      const storedLength = facts.number();
      at += 8 + storedLength;
      chunks.push({ ...chunk, compression, storedLength, bytes: read.takeBytes() as Uint8Array<ArrayBuffer> });
    } finally {
      read.free();
    }
  }
}
