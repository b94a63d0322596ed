/**
 * Whether the file behind a `Blob` is still the one it was taken from.
 *
 * A `File` is a snapshot; engines differ in what they do when the disk moves on. Whoever found the file (a dropped entry, a
 * directory handle, a path) can look again. The link is weak: it lives as long as the blob, and goes wherever the blob goes.
 */
import { compare, readFailureOf, type Fingerprint } from "./failure.js";
import { inTime } from "./patience.js";
import type { FailureView } from "../wire.js";

/** Looks at a file again. Rejects when it is gone or cannot be read. */
export type Look = () => Promise<Fingerprint>;

/** What is known of the file behind a blob. */
interface Origin {
  readonly taken: Fingerprint;
  readonly look: Look;
  /** The same bytes, also when the file has grown since. */
  readonly beginning: (() => Blob) | undefined;
}

const origins = new WeakMap<Blob, Origin>();

/** Remembers how to look at the file behind a blob, what it was, and how to read it while it grows; returns the blob. */
export function rememberOrigin<B extends Blob>(blob: B, taken: Fingerprint, look: Look, beginning?: () => Blob): B {
  origins.set(blob, { taken, look, beginning });
  return blob;
}

/**
 * A blob that can be read to its present size while the file behind it grows; a copy where there is no other way. What has no file behind
 * it does not grow.
 */
export async function steady(blob: Blob): Promise<Blob> {
  const origin = origins.get(blob);
  if (origin === undefined && !("lastModified" in blob)) return blob;
  return origin?.beginning?.() ?? new Blob([await blob.arrayBuffer()]);
}

/** Looks at the file behind a blob again; nothing when nobody knows it, or it is the same. */
export async function checkOrigin(blob: Blob): Promise<FailureView | undefined> {
  const origin = origins.get(blob);
  if (origin === undefined) return undefined;
  try {
    return compare(origin.taken, await inTime(origin.look()));
  } catch (error) {
    return readFailureOf(error);
  }
}

/** When the file behind a blob was changed last, as far as somebody knows. */
export function dateOf(blob: Blob): number | undefined {
  return origins.get(blob)?.taken.lastModified;
}

/** Whether somebody knows the file behind a blob. */
export function hasOrigin(blob: Blob): boolean {
  return origins.has(blob);
}
