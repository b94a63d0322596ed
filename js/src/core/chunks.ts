/** Content-defined chunks, and the hashes of what consists of them. */
import { checkSource, piecesOf, view, type ByteSource } from "./content.js";
import { guarded, Handle } from "./handle.js";
import { hashText, numberText, RecordReader } from "./records.js";
import { Sha256 } from "./sha256.js";
import { engine, engineNow } from "../engine.js";
import { ChunkStream, fileHashOf, rangeHashOf, xorbHashOf } from "../wasm/core.js";

/** A chunk: where a stream is cut, and what the piece is called. */
export interface Chunk {
  /** Its hash in the text form of the content-addressed store: 64 hex digits. */
  readonly hash: string;
  /** In bytes, uncompressed: at most 128 KiB, and at least 8 KiB unless it is the last one. */
  readonly length: number;
}

/** Bytes that go through the engine at once: its copy of them stays in the processor's cache. */
const PIECE_BYTES = 1024 * 1024;

/** A file as the content-addressed store sees it. */
export interface ChunkedFile {
  /** Its name in the store. Of an empty file: 64 zeros. */
  readonly fileHash: string;
  /** Its chunks in order; an empty file has none. */
  readonly chunks: Chunk[];
  /** Its SHA-256 in lower-case hex: its oid in a git repo. */
  readonly sha256: string;
}

/**
 * Cuts a stream into chunks as every client of the store does, and hashes them.
 *
 * Chunks do not depend on how the bytes are fed. Nothing is kept of the bytes. In a browser the engine must have been loaded:
 * `await init()` once.
 *
 * @example
 * const chunker = new Chunker();
 * const chunks = [];
 * for await (const piece of stream) chunks.push(...chunker.add(piece));
 * chunks.push(...chunker.finish());
 */
export class Chunker {
  readonly #handle: Handle<ChunkStream>;

  constructor() {
    engineNow();
    this.#handle = new Handle(new ChunkStream());
  }

  /** Takes the next bytes; the chunks that ended in them, often none. */
  add(bytes: Uint8Array | ArrayBuffer): Chunk[] {
    const given = view(bytes);
    const chunks: Chunk[] = [];
    let at = 0;
    do {
      const piece = given.subarray(at, (at += PIECE_BYTES));
      chunks.push(...readChunks(this.#handle.use((stream) => stream.add(piece))));
    } while (at < given.length);
    return chunks;
  }

  /** The last chunk, if bytes are left. Ends this object. */
  finish(): Chunk[] {
    return readChunks(this.#handle.end((stream) => stream.finish()));
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
 * Chunks, file hash and SHA-256 of a content, in one reading.
 *
 * @example
 * const { fileHash, chunks, sha256 } = await chunkFile(file);
 */
export async function chunkFile(source: ByteSource): Promise<ChunkedFile> {
  checkSource(source);
  await engine();
  const chunker = new Chunker();
  const hasher = new Sha256();
  try {
    const chunks: Chunk[] = [];
    for await (const piece of piecesOf(source)) {
      hasher.update(piece);
      chunks.push(...chunker.add(piece));
    }
    chunks.push(...chunker.finish());
    return { fileHash: fileHash(chunks), chunks, sha256: hasher.digest() };
  } finally {
    chunker.free();
    hasher.free();
  }
}

/** The hash of a xorb that holds these chunks, in this order. In a browser: `await init()` once before. */
export function xorbHash(chunks: Iterable<Chunk>): string {
  engineNow();
  return guarded(xorbHashOf, writeChunks(chunks));
}

/** The hash of a file that consists of these chunks, in this order. In a browser: `await init()` once before. */
export function fileHash(chunks: Iterable<Chunk>): string {
  engineNow();
  return guarded(fileHashOf, writeChunks(chunks));
}

/**
 * The hash that a term of a file carries in a shard, over the hashes of its chunks. In a browser: `await init()` once before.
 */
export function verificationHash(hashes: Iterable<string>): string {
  engineNow();
  return guarded(rangeHashOf, Array.from(hashes, hashText).join(""));
}

/** Chunks as the engine takes them. */
export function writeChunks(chunks: Iterable<Chunk>): string {
  return Array.from(chunks, ({ hash, length }) => hashText(hash) + numberText(length)).join("");
}

/** Chunks as the engine gives them. */
export function readChunks(records: string | RecordReader): Chunk[] {
  const reader = typeof records === "string" ? new RecordReader(records) : records;
  const chunks: Chunk[] = [];
  while (!reader.atEnd) chunks.push({ hash: reader.hash(), length: reader.number() });
  return chunks;
}
