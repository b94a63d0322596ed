/**
 * A place on the device for bytes that are read once and needed twice: to know their digest, and to be sent.
 *
 * Invariant: what was spooled is taken away when the push that needed it ends; and should the process or the page end first,
 * then with it, or before the next spool is made. Each runtime has its own kind (`node/spool.ts`, `source/opfs.ts`), or none.
 */

/** One file under construction. */
export interface Spool {
  /** Appends bytes; may take a while. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Everything written, by reference; there is nothing to write after. */
  finish(): Promise<Blob>;
  /** Takes the file away, in whatever state it is. Never rejects. */
  remove(): Promise<void>;
}

const releases = new WeakMap<Blob, () => Promise<void>>();

/** Remembers how to take away what is behind a blob; returns the blob. */
export function rememberRelease<B extends Blob>(blob: B, release: () => Promise<void>): B {
  releases.set(blob, release);
  return blob;
}

/** How to take away what is behind a blob, when there is something. */
export function releaseOf(blob: Blob): (() => Promise<void>) | undefined {
  return releases.get(blob);
}
