/**
 * One running push: the job of the package, seen as rows, sums and a condition.
 *
 * Invariants: the numbers are the job's own, never guessed; the share that is shown as done stays below all until the job
 * has settled; a pause that the person asked for is not ended by a connection that comes back.
 *
 * It does not decide what is sent or tried again: the job does.
 */
import { FileStates } from "./file-states.js";
import { Speed } from "./speed.js";
import type { Progress, UploadEvent, UploadJob } from "./package.js";

/** What a push is doing as a whole. */
export type Condition =
  | { readonly is: "preparing" }
  | { readonly is: "creating" }
  | { readonly is: "pushing" }
  | { readonly is: "retrying"; readonly cause: string; readonly attempt: number; readonly resumesAt: number }
  | { readonly is: "paused" }
  | { readonly is: "offline" }
  | { readonly is: "committing" }
  | { readonly is: "cancelling" };

/** A remark of the job. */
export interface Remark {
  readonly message: string;
  readonly paths: readonly string[];
}

/** Seconds of work before an estimate is worth showing. */
const ESTIMATE_AFTER = 5;
/** The warning that names files which the Hub leaves out. */
const IGNORED = "ignored_by_hub";
/** The largest share that is shown while a push runs: the store may have all bytes and still refuse. */
const ALMOST = 0.99;

/** The state of a push. */
export class Transfer {
  readonly files: FileStates;
  /** Sum of all sizes. The job's own sum grows while it looks at the files. */
  readonly totalBytes: number;
  readonly remarks: Remark[] = [];
  job: UploadJob | undefined;
  /** Before the job exists: asking who and where, or making the repo. */
  creating = false;
  cancelling = false;
  #paused = false;
  #offline = false;
  #committing = false;
  #retry: { cause: string; attempt: number; resumesAt: number } | undefined;
  #startedAt: number | undefined;
  #pausedAt: number | undefined;
  #pausedFor = 0;
  readonly #speed = new Speed();

  constructor(files: readonly { path: string; size: number }[]) {
    this.files = new FileStates(files);
    this.totalBytes = files.reduce((sum, file) => sum + file.size, 0);
  }

  /** What it is doing now. */
  get condition(): Condition {
    if (this.cancelling) return { is: "cancelling" };
    if (this.#offline) return { is: "offline" };
    if (this.#paused) return { is: "paused" };
    if (this.job === undefined) return { is: this.creating ? "creating" : "preparing" };
    if (this.#retry !== undefined && this.#retry.resumesAt > performance.now())
      return { is: "retrying", ...this.#retry };
    return { is: this.#committing ? "committing" : "pushing" };
  }

  /** Whether the person paused it. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Whether a commit may have been asked for. */
  get committing(): boolean {
    return this.#committing;
  }

  /** The job's numbers, once there is a job. */
  get progress(): Progress | undefined {
    return this.job?.progress;
  }

  /**
   * Takes over the job and follows it. `changed` is called for what should show at once; how far files are can wait for
   * whoever looks a few times a second, because thousands of files move on at once.
   */
  follow(job: UploadJob, changed: () => void): void {
    this.job = job;
    this.#startedAt = performance.now();
    if (this.#paused || this.#offline) {
      job.pause();
      this.#pausedAt = this.#startedAt;
    }
    const listen = async (): Promise<void> => {
      try {
        for await (const event of job) {
          this.take(event);
          if (event.event !== "fileProgress") changed();
        }
      } catch {
        // The promise of the job says the same, and is awaited by whoever began it.
      }
    };
    void listen();
  }

  /** Takes in one event of the job. */
  take(event: UploadEvent): void {
    switch (event.event) {
      case "phase":
        this.#committing = event.phase === "committing";
        this.#retry = undefined;
        break;
      case "fileProgress":
        this.#fileMoved(event.path, event.state, event.progress);
        break;
      case "retry":
        this.#retry = {
          cause: event.cause,
          attempt: event.attempt,
          resumesAt: performance.now() + event.delayMs,
        };
        if (event.path !== undefined) this.files.set(event.path, "retrying", 0, event.cause);
        break;
      case "warning":
        // Said of each file in its row, and in the end.
        if (event.code === IGNORED) for (const path of event.paths) this.files.set(path, "ignored");
        else this.remarks.push({ message: event.message, paths: event.paths });
        break;
      case "report":
      case "commit":
        break;
    }
  }

  /** Holds the push back, because the person wants it. */
  pause(): void {
    this.#paused = true;
    this.#hold();
  }

  /** Goes on, also when the browser believes to be offline: it may be wrong. */
  resume(): void {
    this.#paused = false;
    this.#offline = false;
    this.#release();
  }

  /** Holds the push back while there is no connection. */
  connection(online: boolean): void {
    if (online === !this.#offline) return;
    this.#offline = !online;
    if (this.#offline) this.#hold();
    else if (!this.#paused) this.#release();
  }

  /** Stops for good. */
  cancel(): void {
    this.cancelling = true;
    this.job?.abort();
  }

  /** Seconds of work, pauses left out. */
  get seconds(): number {
    if (this.#startedAt === undefined) return 0;
    const until = this.#pausedAt ?? performance.now();
    return Math.max(0, (until - this.#startedAt - this.#pausedFor) / 1000);
  }

  /** Seconds to go, once enough has been seen to tell. */
  get estimate(): number | undefined {
    const eta = this.progress?.etaSeconds;
    return this.condition.is === "pushing" && this.seconds >= ESTIMATE_AFTER && eta !== undefined ? eta : undefined;
  }

  /** Share of the bytes that the Hub has: sent, or there already. */
  get stored(): number {
    const bytes = this.progress?.bytes;
    return bytes === undefined ? 0 : share(bytes.sent + bytes.deduplicated, this.totalBytes);
  }

  /** The share to show: all of it only when the push has ended. */
  get shown(): number {
    return Math.min(this.stored, ALMOST);
  }

  /** Share of the bytes that have been read or need no reading. */
  get read(): number {
    const bytes = this.progress?.bytes;
    return bytes === undefined ? 0 : Math.max(this.stored, share(bytes.read + bytes.deduplicated, this.totalBytes));
  }

  /** Files that the Hub has, or does not want. */
  get filesDone(): number {
    const files = this.progress?.files;
    // `uploaded` counts large files before the commit, `committed` all of them after it.
    return files === undefined
      ? 0
      : Math.min(this.files.length, files.skipped + Math.max(files.uploaded, files.committed));
  }

  /** Bytes per second that leave the device, smoothed over a few seconds; 0 while nothing is meant to leave. */
  get sendingSpeed(): number {
    return this.condition.is === "pushing" ? this.#speed.perSecond : 0;
  }

  /** Takes a sample for the speed. Call it a few times a second. */
  tick(): void {
    const bytes = this.progress?.bytes;
    if (bytes === undefined || this.#pausedAt !== undefined) this.#speed.clear();
    else this.#speed.sample(performance.now(), bytes.sent);
  }

  #fileMoved(path: string, state: "hashing" | "uploading" | "error", progress: number): void {
    if (state === "error") this.files.set(path, "failed");
    else if (state === "hashing") this.files.set(path, progress >= 1 ? "read" : "reading", progress);
    else this.files.set(path, progress >= 1 ? "uploaded" : "sending", progress);
    this.#retry = undefined;
  }

  #hold(): void {
    if (this.#pausedAt !== undefined || this.job === undefined) return;
    this.#pausedAt = performance.now();
    this.job.pause();
  }

  #release(): void {
    if (this.#pausedAt !== undefined) this.#pausedFor += performance.now() - this.#pausedAt;
    this.#pausedAt = undefined;
    this.job?.resume();
  }
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.min(1, part / whole);
}
