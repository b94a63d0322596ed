/** One commit of any operations. */
import { Job, type UploadJob } from "./job.js";
import { planOperations, type CommitOperation } from "./operations.js";
import { push, type PushParams } from "./push.js";
import type { CommitOutput, CommitProgressEvent } from "./events.js";

/** What a commit is made of. */
export interface CommitParams extends PushParams {
  /** First line of its message. */
  title: string;
  /** The rest of its message. */
  description?: string | undefined;
  /** In the order of the commit. */
  operations: readonly CommitOperation[];
  /** Levels of folders taken from a `file:` URL; what lies deeper is left out. @default all */
  maxFolderDepth?: number | undefined;
}

/** A commit whose title may be made by the engine, and whose operations may be made one by one. */
export type Untitled = Omit<CommitParams, "title" | "operations"> & {
  readonly title: string | undefined;
  readonly operations: Iterable<CommitOperation>;
};

/**
 * Makes one commit. When nothing would change, none is made, and the result is the head that was found.
 *
 * @example
 * await commit({ repo: "me/model", accessToken, title: "Tidy up", operations: [{ operation: "delete", path: "old/" }] });
 */
export function commit(params: CommitParams): UploadJob {
  return startCommit(params);
}

/** As {@link commit}. */
export function startCommit(params: Untitled): UploadJob {
  const { title, description, operations, maxFolderDepth, fetch } = params;
  return new Job(
    (control) =>
      push(
        params,
        { title, description },
        planOperations(operations, { fetch, signal: control.signal, maxFolderDepth }),
        control,
      ),
    params.abortSignal,
  );
}

/** Makes one commit and yields what happens; the result is what the generator returns. Leaving it early stops the commit. */
export async function* commitIter(params: CommitParams): AsyncGenerator<CommitProgressEvent, CommitOutput, void> {
  return yield* progressOf(commit(params));
}

/** The events of a job that the Hub's own JavaScript client knows, then its result. */
export async function* progressOf(job: UploadJob): AsyncGenerator<CommitProgressEvent, CommitOutput, void> {
  let finished = false;
  try {
    for await (const event of job) {
      if (event.event === "phase" || event.event === "fileProgress") yield event;
    }
    finished = true;
    return await job;
  } finally {
    if (!finished) job.abort();
  }
}
