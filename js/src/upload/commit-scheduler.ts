/**
 * A folder that grows, committed every few minutes: feedback, logs, results of an experiment.
 *
 * Invariants: one push at a time, in order; only files that changed since they were pushed last go, with the size that they had when the
 * folder was scanned; nothing changed, no commit; a push that fails leaves its files for the next one. Files are expected to grow only:
 * what is overwritten while it is pushed may end that push, and what is deleted stays in the repo.
 */
import { InvalidInputError } from "../errors.js";
import { ensureRepo } from "../hub/ensure-repo.js";
import type { RepoDesignation } from "../hub/params.js";
import { LONGEST_TIMER_MS } from "../inbox.js";
import { platform } from "../platform.js";
import { blobSource } from "../source/blob.js";
import { collectFiles } from "../source/folder/collect.js";
import type { Content } from "../source/content.js";
import { steady } from "../source/origin.js";
import type { CommitOutput } from "./events.js";
import { Job } from "./job.js";
import { joinPath } from "./operations.js";
import { push, type Planned, type PushParams } from "./push.js";
import { UploadQueue } from "./upload-queue.js";

/** What is committed, where, and how often. */
export interface CommitSchedulerParams extends PushParams {
  /** A path or `file:` URL in runtimes with a disk (made when it is not there), a directory handle, or a `Map`. */
  folder: string | URL | FileSystemDirectoryHandle | ReadonlyMap<string, Content>;
  /** Minutes between two pushes, 24 days at most; the first is at once. @default 5 */
  every?: number | undefined;
  /** Folder in the repo that gets the files. @default the root */
  pathInRepo?: string | undefined;
  /** Only files that match one of these; as Python's `allow_patterns`. */
  allowPatterns?: string | readonly string[] | undefined;
  /** No files that match one of these; as Python's `ignore_patterns`. */
  ignorePatterns?: string | readonly string[] | undefined;
  /** Who sees the repo, if it has to be made. @default what the account has set */
  visibility?: "public" | "private" | undefined;
  /** First line of each commit's message. @default "Scheduled Commit" */
  commitTitle?: string | undefined;
  /** Told of each commit. */
  onCommit?: ((output: CommitOutput) => void) | undefined;
  /** Told when a push of the schedule fails; the next one tries again. @default a warning on the console */
  onError?: ((error: unknown) => void) | undefined;
}

/** A file that goes with a push. */
interface Grown {
  readonly path: string;
  readonly size: number;
  readonly lastModified: number | undefined;
  readonly blob: Blob;
}

const MINUTE_MS = 60_000;
const DEFAULT_EVERY = 5;

/**
 * Pushes what is new in a folder every few minutes. The repo is made if it is missing.
 *
 * Whoever writes to the folder does so in `lock`, so that no half a line is pushed. It runs until `stop`, or until `abortSignal` aborts,
 * which ends the push under way, too.
 *
 * @example
 * const scheduler = new CommitScheduler({ repo: "datasets/me/feedback", accessToken, folder: "./feedback", every: 10 });
 * await scheduler.lock(() => appendFile("./feedback/today.jsonl", line));
 * await scheduler.trigger(); // now, not in ten minutes
 * await scheduler.stop();
 */
export class CommitScheduler {
  readonly #params: CommitSchedulerParams;
  readonly #everyMs: number;
  readonly #writers = new UploadQueue();
  readonly #pushes = new UploadQueue();
  readonly #pushed = new Map<string, Pick<Grown, "size" | "lastModified">>();
  #repo: Promise<RepoDesignation> | undefined;
  #waiting: Promise<CommitOutput | undefined> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped: boolean;

  /** Begins. Errors: `invalid_input` for an interval that is none. */
  constructor(params: CommitSchedulerParams) {
    const every: unknown = params.every ?? DEFAULT_EVERY;
    if (!(typeof every === "number" && every > 0 && Number.isFinite(every)))
      throw new InvalidInputError("every must be a number of minutes above zero");
    this.#params = params;
    this.#everyMs = Math.min(every * MINUTE_MS, LONGEST_TIMER_MS);
    this.#stopped = params.abortSignal?.aborted === true;
    params.abortSignal?.addEventListener("abort", this.#end);
    // Not now: whoever overrides `pushToHub` has no fields of their own yet.
    queueMicrotask(this.#tick);
  }

  /** Runs `work` while no push looks at the folder, and one at a time; resolves or rejects as it does. */
  lock<T>(work: () => T | PromiseLike<T>): Promise<T> {
    return this.#writers.run(work);
  }

  /**
   * Pushes now, or after the push that is under way; one that is waiting already is the same. Nothing when there was nothing new, or when
   * it is stopped. Rejects when the push fails.
   */
  trigger(): Promise<CommitOutput | undefined> {
    this.#waiting ??= this.#pushes.run(async () => {
      this.#waiting = undefined;
      if (this.#stopped) return undefined;
      const output = await this.pushToHub();
      if (output !== undefined && output.commits.length > 0) this.#params.onCommit?.(output);
      return output;
    });
    return this.#waiting;
  }

  /** Ends the schedule for good; resolves when the push that was under way has settled. What was only waiting is dropped. */
  async stop(): Promise<void> {
    this.#end();
    await this.#pushes.onIdle();
  }

  /**
   * One push: the files that have changed since they were pushed last. Called by the scheduler, never while another push is under way;
   * override it to push something else, such as one compressed file.
   */
  async pushToHub(): Promise<CommitOutput | undefined> {
    const grown = await this.lock(() => this.#scan());
    if (grown.length === 0) return undefined;
    const { pathInRepo = "", commitTitle: title = "Scheduled Commit" } = this.#params;
    const params = { ...this.#params, repo: await this.#madeRepo() };
    const output = await new Job(
      (control) => push(params, { title, description: undefined }, additions(grown, pathInRepo), control),
      params.abortSignal,
    );
    for (const { path, size, lastModified } of grown) this.#pushed.set(path, { size, lastModified });
    return output;
  }

  readonly #end = (): void => {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#params.abortSignal?.removeEventListener("abort", this.#end);
  };

  readonly #tick = (): void => {
    if (this.#stopped) return;
    this.#timer = setTimeout(this.#tick, this.#everyMs);
    this.trigger().catch((error: unknown) => {
      if (this.#params.abortSignal?.aborted !== true) (this.#params.onError ?? warn)(error);
    });
  };

  async #scan(): Promise<Grown[]> {
    const { folder, allowPatterns, ignorePatterns, abortSignal } = this.#params;
    // What cannot be made cannot be listed either, and that says why.
    if (typeof folder === "string" || folder instanceof URL)
      await platform()
        .disk?.openTarget(folder)
        .catch(() => undefined);
    const grown: Grown[] = [];
    const files = collectFiles(folder, { allowPatterns, ignorePatterns, gitignore: "hub", abortSignal });
    for await (const { path, size, lastModified, content } of files) {
      const before = this.#pushed.get(path);
      // Files of a `Map` have no date: the Hub will find those that are as they were.
      if (before !== undefined && lastModified !== undefined)
        if (before.size === size && before.lastModified === lastModified) continue;
      grown.push({ path, size, lastModified, blob: await steady(content) });
    }
    return grown;
  }

  /** Makes the repo, once; what failed is tried again by the next push. */
  #madeRepo(): Promise<RepoDesignation> {
    if (this.#repo === undefined) {
      this.#repo = ensureRepo(this.#params);
      this.#repo.catch(() => (this.#repo = undefined));
    }
    return this.#repo;
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- a push takes its files one by one
async function* additions(grown: readonly Grown[], pathInRepo: string): AsyncGenerator<Planned> {
  for (const { path, blob } of grown)
    yield { operation: "addOrUpdate", path: joinPath(pathInRepo, path), source: blobSource(blob) };
}

function warn(error: unknown): void {
  const why = error instanceof Error ? error.message : "something that is not an error was thrown";
  console.warn(`hubferry: a scheduled push has failed, the next one tries again: ${why}`);
}
