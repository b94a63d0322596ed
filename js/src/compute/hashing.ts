/** The engine's digests and encoding, for a lane. */
import { sha256Many } from "./digest-many.js";
import type { Hashing } from "./lane.js";
import { encodeBase64, GitBlobHasher, Sha256Hasher } from "../wasm/core.js";

/** Hashing by the engine, which must have been started in this realm. */
export const engineHashing: Hashing = {
  sha256: (saved) => (saved === undefined ? new Sha256Hasher() : Sha256Hasher.restore(saved)),
  sha256Many,
  gitBlob: (size) => new GitBlobHasher(size),
  base64: (bytes) => encodeBase64(bytes) as Uint8Array<ArrayBuffer>,
};
