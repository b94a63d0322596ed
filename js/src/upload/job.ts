/**
 * A push as its caller holds it: a promise of the result, a stream of events, and the handles to pause or stop it.
 *
 * Invariants: it begins at once; events go to whoever listens when they happen and are not kept for others; the promise
 * rejects once, and with the signal's reason when it was stopped.
 */
import { linkedController, onceTidy } from "../abort.js";
import { InvalidInputError } from "../errors.js";
import { EventQueue } from "./event-queue.js";
import { noProgress, type CommitOutput, type Progress, type UploadEvent } from "./events.js";

/**
 * A push under way.
 *
 * Await it for the result; iterate it for what happens meanwhile; or both. An iteration ends with the push, and throws when
 * the push fails; then the promise need not be awaited as well.
 *
 * @example
 * const job = uploadFolder({ repo, accessToken, folder });
 * for await (const event of job) if (event.event === "report") show(event.progress);
 * const { commit } = await job;
 */
export interface UploadJob<T = CommitOutput> extends Promise<T>, AsyncIterable<UploadEvent> {
  /** A snapshot. */
  readonly progress: Progress;
  /** Begins nothing new until {@link resume}; what is in the air is finished. */
  pause(): void;
  /** Goes on; also where the platform says that there is no connection, until it says so again. */
  resume(): void;
  /**
   * Sends contents at so many bytes per second on average, one body at a time; nothing lets them go as fast as they can. What is in the
   * air is not slowed down.
   */
  limitSpeed(bytesPerSecond: number | undefined): void;
  /** Leaves room for others: one file is read and one body sent at a time, until it is switched off. */
  gentle(on: boolean): void;
  /** Stops everything: when the promise rejects with `reason`, every request has been cancelled. @default an `AbortError` */
  abort(reason?: unknown): void;
}

/** What a job is made of: whoever does the push calls these. */
export interface Control {
  readonly signal: AbortSignal;
  readonly emit: (event: UploadEvent) => void;
  /** Connects the handles of the job to the push. */
  readonly attach: (push: Attached) => void;
  /** Takes the last snapshot. */
  readonly takeStock: () => void;
}

/** A push as its job sees it. */
export interface Attached {
  /** Nothing once the push has ended. */
  progress(): Progress | undefined;
  pause(): void;
  resume(): void;
  limitSpeed(bytesPerSecond: number | undefined): void;
  gentle(on: boolean): void;
}

/** Milliseconds that a job which was stopped has for giving its memory back; then its promise rejects anyway. */
const TIDY_MS = 50;

/** Milliseconds between two reports. */
const REPORT_EVERY_MS = 1_000;

/** See {@link UploadJob}. */
export class Job<T = CommitOutput> implements UploadJob<T> {
  readonly [Symbol.toStringTag] = "UploadJob";
  readonly #controller: AbortController;
  readonly #queues = new Set<EventQueue>();
  readonly #result: Promise<T>;
  #push: Attached | undefined;
  #lastProgress = noProgress();
  #paused = false;
  #bytesPerSecond: number | undefined;
  #gentle = false;
  #over = false;

  /** Begins: `run` is called at once, so that it can take out of a drop what must be taken at once. */
  constructor(run: (control: Control) => Promise<T>, abortSignal: AbortSignal | undefined) {
    const { controller, release } = linkedController(abortSignal);
    this.#controller = controller;
    const { signal } = controller;
    const emit = (event: UploadEvent): void => {
      for (const queue of this.#queues) queue.put(event);
    };
    const attach = (push: Attached): void => {
      this.#push = push;
      if (this.#paused) push.pause();
      if (this.#bytesPerSecond !== undefined) push.limitSpeed(this.#bytesPerSecond);
      if (this.#gentle) push.gentle(true);
    };
    const takeStock = (): void => {
      this.#lastProgress = this.progress;
    };
    const reports = setInterval(() => {
      emit({ event: "report", progress: this.progress });
    }, REPORT_EVERY_MS);
    this.#result = onceTidy(run({ signal, emit, attach, takeStock }), signal, TIDY_MS).finally(() => {
      clearInterval(reports);
      release();
      emit({ event: "report", progress: this.progress });
      this.#over = true;
      for (const queue of this.#queues) queue.wake();
    });
  }

  get progress(): Progress {
    this.#lastProgress = this.#push?.progress() ?? this.#lastProgress;
    return this.#lastProgress;
  }

  pause(): void {
    this.#paused = true;
    this.#push?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#push?.resume();
  }

  limitSpeed(bytesPerSecond: number | undefined): void {
    // Those who write JavaScript may give anything.
    const given: unknown = bytesPerSecond;
    if (given !== undefined && !(typeof given === "number" && given > 0))
      throw new InvalidInputError("the limit must be a number of bytes per second above zero, or undefined");
    this.#bytesPerSecond = bytesPerSecond;
    this.#push?.limitSpeed(bytesPerSecond);
  }

  gentle(on: boolean): void {
    this.#gentle = on;
    this.#push?.gentle(on);
  }

  abort(reason?: unknown): void {
    this.#controller.abort(reason);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<UploadEvent, void, void> {
    const queue = new EventQueue();
    this.#queues.add(queue);
    // The iteration tells of a failure; the promise need not be looked at as well.
    this.#result.catch(() => undefined);
    try {
      for (;;) {
        const event = queue.take();
        if (event !== undefined) yield event;
        else if (this.#over) break;
        else await queue.wait();
      }
      await this.#result;
    } finally {
      this.#queues.delete(queue);
    }
  }

  then<A = T, B = never>(
    onFulfilled?: ((output: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#result.then(onFulfilled, onRejected);
  }

  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.#result.catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.#result.finally(onFinally);
  }
}
