/** A source over a `Blob` or `File`. */
import { compare, type Fingerprint } from "./failure.js";
import { checkOrigin, hasOrigin } from "./origin.js";
import type { Source } from "./source.js";
import { releaseOf } from "./spool.js";
import type { FailureView } from "../wire.js";

/** Takes a blob in as it is now. */
export function blobSource(blob: Blob): Source {
  const taken = fingerprint(blob);
  const release = releaseOf(blob);
  const source = { ...taken, blob, ...(release && { release }) };
  if (taken.lastModified === undefined && !hasOrigin(blob)) return source;
  // Some engines keep size and date of a `File` up to date; for the others its origin is asked.
  const check = async (): Promise<FailureView | undefined> =>
    compare(taken, fingerprint(blob)) ?? (await checkOrigin(blob));
  return { ...source, check };
}

/** Size and date of a blob; the date only of a `File`, also of one from another window. */
export function fingerprint(blob: Blob): Fingerprint {
  const dated = "lastModified" in blob && typeof blob.lastModified === "number";
  return { size: blob.size, lastModified: dated ? (blob.lastModified as number) : undefined };
}
