/**
 * What a lane is asked to do, and what it answers: plain values and blobs, which can be posted to a worker.
 *
 * A `Blob` is posted by reference: posting it copies nothing.
 */
import type { FailureView, ProbeResultView } from "../wire.js";

/** One piece of work of a lane. */
export type Task =
  | { readonly kind: "probe"; readonly files: readonly ProbeTask[] }
  | { readonly kind: "digest"; readonly blob: Blob; readonly size: number; readonly digest: DigestKind }
  | { readonly kind: "assemble"; readonly parts: readonly AssemblePart[] };

/** One file whose beginning, or whole, is read. */
export interface ProbeTask {
  readonly blob: Blob;
  /** In bytes, as the engine knows it. */
  readonly size: number;
  /** Read it whole and bring both oids. */
  readonly whole: boolean;
  /** Bring its text as well. */
  readonly text: boolean;
}

/** Which digest. */
export type DigestKind = "sha256" | "gitBlob";

/** A piece of a request's body: text, or bytes `start..end` of a blob, as they are or in base64. */
export type AssemblePart =
  string | { readonly blob: Blob; readonly start: number; readonly end: number; readonly base64: boolean };

/** What became of a task. */
export type Done =
  | { readonly kind: "probed"; readonly files: ProbeResultView[] }
  | { readonly kind: "digested"; readonly digest: string }
  | { readonly kind: "assembled"; readonly blob: Blob }
  /** `part`: which part of a body could not be read, by its place. */
  | { readonly kind: "failed"; readonly failure: FailureView; readonly part?: number };

/** How a task goes on. */
export interface Watch {
  /** Stops it; what it answers then does not matter. */
  readonly signal: AbortSignal;
  /** Told how many bytes have been read. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/** Whatever does tasks: a pool of workers, or this very thread. Never rejects. */
export interface Compute {
  run(task: Task, watch: Watch): Promise<Done>;
}
