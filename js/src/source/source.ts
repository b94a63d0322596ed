/**
 * The bytes of a file, from wherever: what a job holds of each file it adds.
 *
 * Invariant: size and date are those of the moment the file was taken in, and never change; whether the file still has
 * them is asked with {@link Source.check}. Bytes are read by slices and streams of {@link Source.blob}, never all at once.
 */
import type { FailureView } from "../wire.js";

/** Bytes that come once and in order (`once.ts`), as those see it who read them. */
export interface PassingBytes {
  /** The digest that they were promised to have; from now on they are held against it. Errors: where there is none. */
  relyOnDigest(): string;
  /** Holds a digest that was made of them against the promised one. */
  checkDigest(sha256: string): FailureView | undefined;
  /** Takes a window back that nobody looks at any more. */
  giveBack(bytes: Uint8Array<ArrayBuffer>): void;
}

/** What is told of a blob whose bytes come once; nothing of any other. */
export function passingBytes(blob: Blob): PassingBytes | undefined {
  return (blob as { once?: PassingBytes }).once;
}

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
