/**
 * One worker as a lane: it is started, does one task after the other or sits in a push, and is stopped by termination.
 *
 * Invariant: whatever happens to the worker, `ready`, `ended` and `perform` settle.
 */
import type { FromLane, Threads, ToLane } from "./messages.js";
import type { Done, Task } from "./task.js";

/** Milliseconds for a worker to load its script and start the engine; a blocked one may never say anything. */
const START_LIMIT_MS = 10_000;

/** The same where it starts workers of its own, each with an instance of the engine. */
const THREADS_START_LIMIT_MS = 20_000;

/** A lane in a worker. */
export class LaneWorker {
  /** Whether the worker has come up. */
  readonly ready: Promise<boolean>;
  /** Resolves when it is gone: crashed, or stopped. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  #started: (up: boolean) => void = ignore;
  #settle: (done: Done | undefined) => void = ignore;
  #report: (bytes: number) => void = ignore;
  #end: () => void = ignore;
  #over = false;

  constructor(worker: Worker, module: WebAssembly.Module, threads?: Threads) {
    this.#worker = worker;
    const stop = (): void => {
      this.stop();
    };
    worker.addEventListener("message", (event: MessageEvent<FromLane>) => {
      this.#take(event.data);
    });
    worker.addEventListener("error", stop);
    worker.addEventListener("messageerror", stop);
    this.ready = new Promise((resolve) => {
      const limit = setTimeout(stop, threads === undefined ? START_LIMIT_MS : THREADS_START_LIMIT_MS);
      this.#started = (up) => {
        clearTimeout(limit);
        resolve(up);
      };
    });
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.post({ type: "hubferry:start", module, threads });
  }

  /** Says something to the worker that it does not answer itself. */
  post(message: ToLane, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  /** Does a task; nothing comes back when the worker crashed or was stopped meanwhile. */
  perform(task: Task, onProgress: ((bytes: number) => void) | undefined): Promise<Done | undefined> {
    if (this.#over) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#report = onProgress ?? ignore;
      this.#settle = resolve;
      this.post({ type: "hubferry:task", task });
    });
  }

  /** Ends the worker, in the middle of whatever it does. */
  stop(): void {
    this.#over = true;
    this.#worker.terminate();
    this.#started(false);
    this.#settle(undefined);
    this.#end();
  }

  #take(message: FromLane): void {
    switch (message.type) {
      case "hubferry:ready":
        this.#started(true);
        break;
      case "hubferry:broken":
        this.stop();
        break;
      case "hubferry:progress":
        this.#report(message.bytes);
        break;
      case "hubferry:done":
        this.#settle(message.done);
        break;
    }
  }
}

function ignore(): void {
  // Nobody waits.
}
