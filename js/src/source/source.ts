/**
 * The bytes of a file, from wherever: what a job holds of each file it adds.
 *
 * Invariant: size and date are those of the moment the file was taken in, and never change; whether the file still has
 * them is asked with {@link Source.check}. Bytes are read by slices of {@link Source.blob}, never all at once.
 */
import type { FailureView } from "../wire.js";

/** A file as a job sees it. */
export interface Source {
  /** In bytes. */
  readonly size: number;
  /** Milliseconds since 1970, when the file has a date. */
  readonly lastModified: number | undefined;
  /** The path in the repo, once a job has it, for messages. */
  readonly path?: string | undefined;
  /** The content, by reference. */
  readonly blob: Blob;
  /** Tells when the file is not what it was when it was taken in; absent where content cannot change. */
  readonly check?: () => Promise<FailureView | undefined>;
  /** Takes away what was put on the device for the sake of this job; absent where there is nothing. Never rejects. */
  readonly release?: () => Promise<void>;
}
