/**
 * One running push: the job of the package, seen as files, sums and a condition.
 *
 * Invariants: the numbers are the job's own; only speed and time left are smoothed; the share that is shown as done stays below all
 * until the job has settled.
 *
 * It does not decide what is sent, held back or tried again: the job does.
 */
import { FileStates } from "./file-states.js";
import { FileView } from "./file-view.js";
import { Forecast } from "./forecast.js";
import type { Progress, UploadEvent, UploadJob } from "./package.js";

/** What a push is doing as a whole. */
export type Condition =
  | { readonly is: "preparing" }
  | { readonly is: "creating" }
  /** Another tab, or another program on this device, makes the same push. */
  | { readonly is: "elsewhere" }
  | { readonly is: "pushing" }
  | { readonly is: "retrying"; readonly cause: string; readonly attempt: number; readonly resumesAt: number }
  /** The Hub wants fewer requests; `until` is in milliseconds since 1970. */
  | { readonly is: "limited"; readonly until: number }
  | { readonly is: "paused" }
  | { readonly is: "offline" }
  | { readonly is: "committing" }
  | { readonly is: "cancelling" };

/** A remark of the job. */
export interface Remark {
  readonly message: string;
  readonly paths: readonly string[];
}

/** Why a file is not part of the commit though it was chosen. */
export interface FileFailure {
  readonly path: string;
  /** What went wrong. */
  readonly message: string;
}

/** A commit that was made on the way. */
export type MadeCommit = Pick<Extract<UploadEvent, { event: "commit" }>, "oid" | "url" | "files">;

/** The warning that names files which the Hub leaves out. */
const IGNORED = "ignored_by_hub";
/** The warning of a job that waits for another one with the same aim. */
const ELSEWHERE = "waiting_for_other_push";

/** A wait for the next try that is shorter than this is told with its cause. */
const SHORT_WAIT_MS = 60_000;
/** The warning that there is no connection, which is shown as the push's condition for as long as it lasts. */
const OFFLINE = "offline";
/** The warning about files that were left behind. */
const SKIPPED = "file_skipped";
/** The largest share that is shown while a push runs: the store may have all bytes and still refuse. */
const ALMOST = 0.99;
/** Milliseconds of events in one turn: thousands of files move on at once. */
const TURN_MS = 8;

/** The state of a push. */
export class Transfer {
  readonly files: FileStates;
  readonly view: FileView;
  /** How many files it has; all of them are in `files` when it has begun. */
  readonly total: number;
  /** Sum of all sizes. The job's own sum grows while it looks at the files. */
  readonly totalBytes: number;
  readonly remarks: Remark[] = [];
  readonly failures: FileFailure[] = [];
  /** What stands already. */
  readonly commits: MadeCommit[] = [];
  job: UploadJob | undefined;
  /** Before the job exists: asking who and where, or making the repo. */
  creating = false;
  cancelling = false;
  readonly #changed: () => void;
  #paused = false;
  #committing = false;
  #elsewhere = false;
  #retry: { cause: string; attempt: number; resumesAt: number } | undefined;
  #startedAt: number | undefined;
  #idleSince: number | undefined;
  #idle = 0;
  readonly #forecast = new Forecast();

  constructor(total: number, totalBytes: number, changed: () => void = () => undefined) {
    this.total = total;
    this.totalBytes = totalBytes;
    this.#changed = changed;
    this.files = new FileStates(total);
    this.view = new FileView(this.files, changed);
  }

  /** What it is doing now. */
  get condition(): Condition {
    if (this.cancelling) return { is: "cancelling" };
    const { state, waitingUntilMs } = this.progress ?? {};
    if (state === "offline") return { is: "offline" };
    if (this.#paused) return { is: "paused" };
    if (this.job === undefined) return { is: this.creating ? "creating" : "preparing" };
    if (this.#elsewhere) return { is: "elsewhere" };
    const retry = this.#retry !== undefined && this.#retry.resumesAt > performance.now() ? this.#retry : undefined;
    // Between two tries everything may wait as well; only a longer wait is the Hub's wish.
    const isShort = retry !== undefined && retry.resumesAt - performance.now() < SHORT_WAIT_MS;
    if (state === "waiting" && waitingUntilMs !== undefined && !isShort)
      return { is: "limited", until: waitingUntilMs };
    if (retry !== undefined) return { is: "retrying", ...retry };
    return { is: this.#committing ? "committing" : "pushing" };
  }

  /** Whether the person paused it. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Whether a commit may have been asked for whose end is not known. */
  get committing(): boolean {
    return this.#committing;
  }

  /** The job's numbers, once there is a job. */
  get progress(): Progress | undefined {
    return this.job?.progress;
  }

  /** Takes over the job and follows it. How far files are is for whoever looks a few times a second; the rest shows at once. */
  follow(job: UploadJob): void {
    this.job = job;
    this.#startedAt = performance.now();
    if (this.#paused) job.pause();
    const listen = async (): Promise<void> => {
      try {
        let began = performance.now();
        for await (const event of job) {
          this.take(event);
          if (event.event !== "fileProgress") this.#changed();
          if (performance.now() - began < TURN_MS) continue;
          await new Promise((resolve) => setTimeout(resolve));
          began = performance.now();
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
        this.#moved();
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
        this.#warned(event);
        break;
      case "commit":
        this.commits.push({ oid: event.oid, url: event.url, files: event.files });
        this.#moved();
        break;
      case "report":
        break;
    }
  }

  /** Holds the push back, because the person wants it. */
  pause(): void {
    this.#paused = true;
    this.job?.pause();
  }

  /** Goes on, also when the browser believes to be offline: it may be wrong. */
  resume(): void {
    this.#paused = false;
    this.job?.resume();
  }

  /** Stops for good. */
  cancel(): void {
    this.cancelling = true;
    this.job?.abort();
  }

  /** Seconds of work: pauses and times without a connection left out. */
  get seconds(): number {
    if (this.#startedAt === undefined) return 0;
    const until = this.#idleSince ?? performance.now();
    return Math.max(0, (until - this.#startedAt - this.#idle) / 1000);
  }

  /** Seconds to go, once enough has been seen to tell. */
  get estimate(): number | undefined {
    return this.condition.is === "pushing" ? this.#forecast.seconds : undefined;
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
    return files === undefined ? 0 : Math.min(this.total, files.skipped + Math.max(files.uploaded, files.committed));
  }

  /** Bytes per second that leave the device, smoothed; 0 while nothing is meant to leave. */
  get sendingSpeed(): number {
    return this.condition.is === "pushing" ? this.#forecast.speed : 0;
  }

  /** Takes a sample for speed and time left. Call it a few times a second. */
  tick(): void {
    const now = performance.now();
    const bytes = this.progress?.bytes;
    const { is } = this.condition;
    if (is === "paused" || is === "offline") this.#idleSince ??= now;
    else if (this.#idleSince !== undefined) {
      this.#idle += now - this.#idleSince;
      this.#idleSince = undefined;
    }
    if (bytes === undefined || is !== "pushing") this.#forecast.hold();
    else
      this.#forecast.look(now, { sent: bytes.sent, stored: bytes.sent + bytes.deduplicated, total: this.totalBytes });
  }

  #fileMoved(path: string, state: "hashing" | "uploading" | "error", progress: number): void {
    if (state === "error") this.files.set(path, "failed");
    else if (state === "hashing") this.files.set(path, progress >= 1 ? "read" : "reading", progress);
    else this.files.set(path, progress >= 1 ? "uploaded" : "sending", progress);
    this.#moved();
  }

  #warned({ code, message, paths }: Extract<UploadEvent, { event: "warning" }>): void {
    if (code === ELSEWHERE) this.#elsewhere = true;
    // Said of each file in its row, and in the end.
    else if (code === IGNORED) for (const path of paths) this.files.set(path, "ignored");
    else if (code === SKIPPED) {
      for (const path of paths) {
        this.files.set(path, "failed", 0, message);
        this.failures.push({ path, message });
      }
    } else if (code !== OFFLINE) this.remarks.push({ message, paths });
  }

  #moved(): void {
    this.#retry = undefined;
    this.#elsewhere = false;
  }
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.min(1, part / whole);
}
