/**
 * hubferry/core: the hashing and packing engine alone, without the Hub and without network.
 *
 * For those who digest, cut, pack or check by themselves. What returns a promise loads the engine by itself; what answers at once
 * (`new Sha256()`, `xorbHash`, …) needs it loaded, which under Node it is at once and in a browser after `await init()`.
 */
declare global {
  // For those who compile without the types of the newest language: the classes here can be declared with `using`.
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
}

export { init, type InitOptions } from "../engine.js";
export { HubferryError, InvalidInputError, isHubferryError, type ErrorCode } from "../errors.js";
export { Chunker, chunkFile, fileHash, verificationHash, xorbHash, type Chunk, type ChunkedFile } from "./chunks.js";
export type { ByteSource } from "./content.js";
export { Sha256, sha256, sha256Many } from "./sha256.js";
export { parseShard, ShardBuilder, type Shard, type ShardFile, type ShardTerm, type ShardXorb } from "./shard.js";
export { parseXorb, XorbBuilder, type ChunkCompression, type Xorb, type XorbChunk, type XorbOptions } from "./xorb.js";
