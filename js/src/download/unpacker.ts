/**
 * Who unpacks: one worker that all downloads share, or this very thread where there are none.
 *
 * Invariants: whatever happens to the worker, a task settles; one that does not come up or crashes is not started again, and its
 * tasks are given back for another attempt; a worker without work is stopped after a while.
 */
import type { FromUnpack, ToUnpack } from "./serve.js";
import { unpack, type Unpacked, type UnpackTask } from "./unpack.js";
import { compiledModule, engine, workerUrl } from "../engine.js";
import { HubferryError, toError } from "../errors.js";
import { platform } from "../platform.js";
import type { FromLane, ToLane } from "../compute/messages.js";

/** Milliseconds for a worker to load its script and start the engine. */
const START_LIMIT_MS = 10_000;

/** Milliseconds without work after which the worker is stopped. */
const IDLE_MS = 10_000;

let shared: Promise<UnpackWorker | undefined> | undefined;
let broken = false;

/**
 * Unpacks a range; the bodies are used up.
 *
 * Errors: `protocol` when they are not what they should be; `internal` when the worker went, and another attempt will do.
 */
export async function unpackSomewhere(task: UnpackTask): Promise<Unpacked> {
  const worker = await currentWorker();
  if (worker !== undefined) return await worker.unpack(task);
  await engine();
  try {
    return unpack(task);
  } catch (error) {
    throw toError(error);
  }
}

async function currentWorker(): Promise<UnpackWorker | undefined> {
  const { spawn } = platform();
  if (broken || spawn === undefined || typeof Worker !== "function") return undefined;
  shared ??= start(spawn);
  return await shared;
}

async function start(spawn: NonNullable<ReturnType<typeof platform>["spawn"]>): Promise<UnpackWorker | undefined> {
  const module = await compiledModule();
  let worker: UnpackWorker | undefined;
  try {
    worker = new UnpackWorker(spawn(workerUrl()), module);
  } catch {
    // A page's policy.
  }
  if (await worker?.ready) return worker;
  broken = true;
  return undefined;
}

/** A task under way. */
interface Job {
  readonly resolve: (unpacked: Unpacked) => void;
  readonly reject: (error: Error) => void;
}

/** One worker that unpacks. */
class UnpackWorker {
  /** Whether it has come up. */
  readonly ready: Promise<boolean>;
  readonly #worker: Worker;
  readonly #jobs = new Map<number, Job>();
  #started: (up: boolean) => void = () => undefined;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #serial = 0;

  constructor(worker: Worker, module: WebAssembly.Module) {
    this.#worker = worker;
    const crash = (): void => {
      broken = true;
      this.#stop();
    };
    worker.addEventListener("message", (event: MessageEvent<FromLane | FromUnpack>) => {
      this.#take(event.data);
    });
    worker.addEventListener("error", crash);
    worker.addEventListener("messageerror", crash);
    this.ready = new Promise((resolve) => {
      const limit = setTimeout(() => {
        this.#stop();
      }, START_LIMIT_MS);
      this.#started = (up) => {
        clearTimeout(limit);
        resolve(up);
      };
    });
    const message: ToLane = { type: "hubferry:start", module };
    worker.postMessage(message);
  }

  unpack(task: UnpackTask): Promise<Unpacked> {
    clearTimeout(this.#idle);
    return new Promise((resolve, reject) => {
      const message: ToUnpack = { type: "hubferry:unpack", id: ++this.#serial, task };
      this.#jobs.set(message.id, { resolve, reject });
      this.#worker.postMessage(message, [...task.bodies]);
    });
  }

  #take(message: FromLane | FromUnpack): void {
    switch (message.type) {
      case "hubferry:ready":
        this.#started(true);
        break;
      case "hubferry:broken":
        this.#stop();
        break;
      case "hubferry:unpacked":
        this.#settle(message.id)?.resolve(message.unpacked);
        break;
      case "hubferry:spoilt":
        this.#settle(message.id)?.reject(toError(message.error));
        break;
      default:
    }
  }

  #settle(id: number): Job | undefined {
    const job = this.#jobs.get(id);
    this.#jobs.delete(id);
    if (this.#jobs.size === 0) {
      this.#idle = setTimeout(() => {
        this.#stop();
      }, IDLE_MS);
    }
    return job;
  }

  #stop(): void {
    clearTimeout(this.#idle);
    this.#worker.terminate();
    this.#started(false);
    shared = undefined;
    for (const { reject } of this.#jobs.values()) {
      reject(new HubferryError("internal", "The worker that unpacked crashed"));
    }
    this.#jobs.clear();
  }
}
