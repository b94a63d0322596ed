/** Shards: what the content-addressed store is told of files and of new xorbs, and what it answers about chunks. */
import { readChunks, writeChunks, type Chunk } from "./chunks.js";
import { view } from "./content.js";
import { guarded, Handle } from "./handle.js";
import { hashText, numberText, RecordReader } from "./records.js";
import { engineNow } from "../engine.js";
import { ShardReader, ShardWriter } from "../wasm/core.js";

/** A range of chunks of one xorb that a file consists of, among others. */
export interface ShardTerm {
  /** The xorb. */
  readonly xorbHash: string;
  /** Its first chunk. */
  readonly start: number;
  /** The chunk after its last one. */
  readonly end: number;
  /** Bytes of the range, uncompressed. */
  readonly length: number;
  /** Over the hashes of its chunks; see `verificationHash`. */
  readonly verificationHash: string;
}

/** A file in a shard. */
export interface ShardFile {
  /** Its name in the store; see `fileHash`. */
  readonly fileHash: string;
  /** What it consists of, in order. */
  readonly terms: readonly ShardTerm[];
  /** Its SHA-256 in hex; a file of a git repo must have one. */
  readonly sha256?: string | undefined;
}

/** A xorb in a shard. */
export interface ShardXorb {
  /** Its name in the store. */
  readonly hash: string;
  /** Bytes of its body. */
  readonly bodyLength: number;
  /** Its chunks in order. In an answer of the store their hashes may be masked by a key. */
  readonly chunks: readonly Chunk[];
}

/** What a shard says. */
export interface Shard {
  readonly files: ShardFile[];
  readonly xorbs: ShardXorb[];
  /** From the footer of an answer: the key that masks its chunk hashes in hex (zeros: none), and when it ends. */
  readonly key?: { readonly hex: string; readonly expiresAtSeconds: number } | undefined;
}

/**
 * Writes a shard for upload, without footer.
 *
 * In a browser the engine must have been loaded: `await init()` once.
 *
 * @example
 * const shard = new ShardBuilder().addFile(file).addXorb(xorb).finish();
 */
export class ShardBuilder {
  readonly #handle: Handle<ShardWriter>;

  constructor() {
    engineNow();
    this.#handle = new Handle(new ShardWriter());
  }

  /** Tells of a file. */
  addFile({ fileHash, terms, sha256 }: ShardFile): this {
    const text = [hashText(fileHash), ...terms.map(termText)].join("");
    const digest = sha256 === undefined ? "" : hashText(sha256);
    this.#handle.use((writer) => {
      writer.addFile(text, digest);
    });
    return this;
  }

  /** Tells of a xorb that was stored for these files. */
  addXorb({ hash, bodyLength, chunks }: ShardXorb): this {
    const text = hashText(hash) + numberText(bodyLength) + writeChunks(chunks);
    this.#handle.use((writer) => {
      writer.addXorb(text);
    });
    return this;
  }

  /** The shard. Ends this object. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#handle.end((writer) => writer.write()) as Uint8Array<ArrayBuffer>;
  }

  /** Gives its memory back; for those that do not come to `finish`. */
  free(): void {
    this.#handle.free();
  }

  [Symbol.dispose](): void {
    this.free();
  }
}

/** Reads a shard, with or without footer. In a browser: `await init()` once before. */
export function parseShard(bytes: Uint8Array | ArrayBuffer): Shard {
  const given = view(bytes);
  engineNow();
  const reader = guarded((shard) => new ShardReader(shard), given);
  try {
    const files: ShardFile[] = [];
    for (let text = reader.nextFile(); text !== undefined; text = reader.nextFile()) files.push(readFile(text));
    const xorbs: ShardXorb[] = [];
    for (let text = reader.nextXorb(); text !== undefined; text = reader.nextXorb()) xorbs.push(readXorb(text));
    const footer = reader.key();
    if (footer === undefined) return { files, xorbs };
    const key = new RecordReader(footer);
    return { files, xorbs, key: { hex: key.hash(), expiresAtSeconds: key.number() } };
  } finally {
    reader.free();
  }
}

function termText({ xorbHash, verificationHash, length, start, end }: ShardTerm): string {
  return hashText(xorbHash) + hashText(verificationHash) + [length, start, end].map(numberText).join("");
}

function readFile(text: string): ShardFile {
  const reader = new RecordReader(text);
  const fileHash = reader.hash();
  const sha256 = reader.number() === 1 ? reader.hash() : undefined;
  const terms: ShardTerm[] = [];
  while (!reader.atEnd) {
    const [xorbHash, verificationHash] = [reader.hash(), reader.hash()];
    const [length, start, end] = [reader.number(), reader.number(), reader.number()];
    terms.push({ xorbHash, start, end, length, verificationHash });
  }
  return sha256 === undefined ? { fileHash, terms } : { fileHash, terms, sha256 };
}

function readXorb(text: string): ShardXorb {
  const reader = new RecordReader(text);
  return { hash: reader.hash(), bodyLength: reader.number(), chunks: readChunks(reader) };
}
