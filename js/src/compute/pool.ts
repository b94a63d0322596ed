/**
 * Lanes in workers: as many as there are cores, started when there is work, stopped when there has been none for a while.
 *
 * Invariants: a lane has one task at a time and is stopped by terminating it, so that nothing of an aborted task goes on;
 * short tasks do not wait for long ones: beside the lanes that take everything there is one for short tasks alone; a task
 * whose lane crashed is done once more elsewhere; where no worker comes up (a page's policy, a blocked script), everything is
 * done in place.
 */
import { LaneWorker } from "./lane-worker.js";
import { startLane } from "./start.js";
import type { Compute, Done, Task, Watch } from "./task.js";

/** What a pool is made of. */
export interface PoolOptions {
  /** Lanes that take everything. */
  readonly size: number;
  /** Starts a worker; may throw. */
  readonly spawn: () => Worker;
  readonly module: WebAssembly.Module;
  /** Does the work when no worker comes up. */
  readonly fallback: Compute;
}

/** One task, until it is settled. */
interface Job {
  readonly task: Task;
  readonly watch: Watch;
  readonly settle: (done: Done | Promise<Done>) => void;
  /** Where it is being done. */
  lane?: LaneWorker;
  /** Whether a lane has crashed under it. */
  repeated?: boolean;
}

/** Which tasks a lane takes. */
type Takes = "everything" | "short";

/** A lane that waits for work. */
interface Idler {
  readonly takes: Takes;
  readonly give: (job: Job | undefined) => void;
}

/** Milliseconds without work after which a lane is stopped. */
const IDLE_MS = 10_000;

/** A pool of workers. */
export class Pool implements Compute {
  readonly #options: PoolOptions;
  readonly #queue: Job[] = [];
  readonly #idlers = new Set<Idler>();
  readonly #lanes: Record<Takes, number> = { everything: 0, short: 0 };
  /** Lanes that are at a long task. */
  #busyLong = 0;
  #broken = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  run(task: Task, watch: Watch): Promise<Done> {
    return new Promise((resolve) => {
      const job: Job = {
        task,
        watch,
        settle: (done) => {
          watch.signal.removeEventListener("abort", stop);
          resolve(done);
        },
      };
      const stop = (): void => {
        this.#stop(job);
      };
      watch.signal.addEventListener("abort", stop);
      if (watch.signal.aborted) stop();
      else this.#offer(job);
    });
  }

  /** Finds somebody for a job, or lets it wait. */
  #offer(job: Job): void {
    if (this.#broken) {
      job.settle(this.#options.fallback.run(job.task, job.watch));
      return;
    }
    for (const idler of this.#idlers) {
      if (!takes(idler.takes, job)) continue;
      idler.give(job);
      return;
    }
    this.#queue.push(job);
    const { everything, short } = this.#lanes;
    if (everything < this.#options.size) void this.#lane("everything");
    else if (takes("short", job) && short === 0 && this.#busyLong === everything) void this.#lane("short");
  }

  /** The life of one lane. */
  async #lane(kind: Takes): Promise<void> {
    this.#lanes[kind] += 1;
    const lane = await startLane(() => new LaneWorker(this.#options.spawn(), this.#options.module));
    if (lane !== undefined) await this.#work(lane, kind);
    lane?.stop();
    this.#lanes[kind] -= 1;
    if (lane === undefined) {
      if (this.#lanes.everything + this.#lanes.short === 0) this.#breakDown();
      return;
    }
    // Whoever waits may need a lane in place of this one.
    const waiting = this.#queue.shift();
    if (waiting !== undefined) this.#offer(waiting);
  }

  /** Does one job after the other, until there is none for a while or the lane has ended. */
  async #work(lane: LaneWorker, kind: Takes): Promise<void> {
    for (let job = await this.#next(kind); job !== undefined; job = await this.#next(kind)) {
      // Stopped, and settled, on its way here.
      if (isStopped(job)) continue;
      const long = takes("short", job) ? 0 : 1;
      job.lane = lane;
      this.#busyLong += long;
      const done = await lane.perform(job.task, job.watch.onProgress);
      this.#busyLong -= long;
      delete job.lane;
      if (done !== undefined) {
        job.settle(done);
        continue;
      }
      if (isStopped(job)) job.settle(failed("it was stopped"));
      else if (job.repeated === true) job.settle(failed("the worker that read it crashed twice"));
      else {
        job.repeated = true;
        this.#queue.unshift(job);
      }
      return;
    }
  }

  /** The next job for a lane; nothing when there is none for a while. */
  #next(kind: Takes): Promise<Job | undefined> {
    // Short tasks first: others wait for what they bring.
    const short = this.#queue.findIndex((job) => takes("short", job));
    const at = short >= 0 || kind === "short" ? short : 0;
    const [job] = at >= 0 ? this.#queue.splice(at, 1) : [];
    if (job !== undefined) return Promise.resolve(job);
    return new Promise((resolve) => {
      const idler: Idler = {
        takes: kind,
        give: (given) => {
          clearTimeout(timer);
          this.#idlers.delete(idler);
          resolve(given);
        },
      };
      const timer = setTimeout(idler.give, IDLE_MS, undefined);
      this.#idlers.add(idler);
    });
  }

  #stop(job: Job): void {
    if (job.lane !== undefined) {
      job.lane.stop();
      return;
    }
    const at = this.#queue.indexOf(job);
    if (at >= 0) this.#queue.splice(at, 1);
    job.settle(failed("it was stopped"));
  }

  /** No worker can be had: all that waits, and all that comes, is done in place. */
  #breakDown(): void {
    this.#broken = true;
    for (const job of this.#queue.splice(0)) this.#offer(job);
  }
}

function isStopped(job: Job): boolean {
  return job.watch.signal.aborted;
}

function takes(kind: Takes, job: Job): boolean {
  return kind === "everything" || job.task.kind !== "digest";
}

function failed(message: string): Done {
  return { kind: "failed", failure: { code: "internal", message } };
}
