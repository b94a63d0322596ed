/**
 * What differs from runtime to runtime, handed in by the entry that the runtime loads (`entry/`).
 *
 * Everything else in the package is the same file everywhere and asks here. Nothing is done at import time.
 */
import type { Hashing } from "./compute/lane.js";
import type { Target } from "./download/target.js";
import type { Lock } from "./journal/lock.js";
import type { JournalStore } from "./journal/store.js";
import type { Directory } from "./source/folder/walk.js";
import type { Spool } from "./source/spool.js";
import type { Intake } from "./source/stream.js";
import type { Fetch } from "./transport/fetch.js";
import type { Transport } from "./transport/transport.js";

/** One runtime. */
export interface Platform {
  /** Where the wasm is, unless the caller says otherwise with `init`. */
  wasm: () => WasmSource | Promise<WasmSource>;
  /** The same at once, where one need not wait for it. */
  wasmNow?: () => WebAssembly.Module;
  /** Starts a lane's worker; absent where hashing runs in place. */
  spawn?: (url: string | URL | undefined) => Worker;
  /** Threads for lanes that pack; absent or nothing where there are none. */
  threads?: () => ThreadsOffer | undefined;
  /** Hashing by the platform itself, where that is faster than the engine's. */
  hashing?: Hashing;
  /** Files and folders by path; absent in browsers. */
  disk?: Disk;
  /** Where journals of pushes are kept; nothing, or absent, where they are of no use. Rejects where that is refused. */
  journals?: () => Promise<JournalStore> | undefined;
  /** How a journal is had by one push at a time, where Web Locks are not what all pushes see. */
  lock?: Lock;
  /** Makes a place for the bytes of a stream; nothing, or absent, where there is none. */
  spool?: () => Promise<Spool | undefined>;
  /** A blob over a long stream of known size that is never kept, where there is no place for it. Errors: as `readStream`. */
  passing?: (stream: ReadableStream<Uint8Array>, intake: Intake & { sha256?: string | undefined }) => Blob | undefined;
  /** How requests are sent, by the caller's `fetch` if there is one, where the platform's rules for bodies are its own. */
  transport?: (fetch: Fetch | undefined) => Transport;
  /** What its pushes are told: the bytes that one may hold. @default those of a page */
  spec?: { readonly bufferBudgetBytes: number };
}

/** An engine whose lanes have threads in shared memory. */
export interface ThreadsOffer {
  /** Where its wasm is. */
  wasm: () => WasmSource;
  /** Starts a lane's worker. */
  spawn: (url: string | URL | undefined) => Worker;
  /** Told that it does not work here; the default build is used. */
  onFailed: () => void;
}

/** What the wasm can be made from. */
export type WasmSource = WebAssembly.Module | BufferSource | Response | URL | string;

/** A disk that paths lead to. */
export interface Disk {
  /** A file as it is now, by path or `file:` URL. */
  openFile(path: string | URL): Promise<{ blob: Blob; size: number; lastModified: number }>;
  /** A folder, by path or `file:` URL. */
  openFolder(path: string | URL): Promise<Directory>;
  /** A folder to be written to, by path or `file:` URL. */
  openTarget(path: string | URL): Promise<Target>;
  /** Whether a path or `file:` URL leads to a folder. */
  isFolder(path: string | URL): Promise<boolean>;
}

let current: Platform | undefined;

/** Called once by the entry. */
export function setPlatform(platform: Platform): void {
  current = platform;
}

/** Called by an entry that gives less than the whole package: it leaves alone what another entry has said. */
export function offerPlatform(platform: Platform): void {
  current ??= platform;
}

/** The runtime that we are in. */
export function platform(): Platform {
  if (current === undefined) throw new Error('hubferry was imported past its entry; use `import … from "hubferry"`');
  return current;
}
