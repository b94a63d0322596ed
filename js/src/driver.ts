/**
 * The loop between a machine of the engine and the world: it carries steps out and brings answers back.
 *
 * Invariants: the handle is owned here, freed on every path, and never returned; every step is answered at most once, and
 * only while it is open; when the loop ends, for whatever reason, everything in the air has been stopped before its
 * promise settles, and late answers find nobody. After each input the machine is polled until it waits.
 *
 * It decides nothing: which request, again or not, when to stop are steps of the machine. How a step is done is the
 * business of {@link Io}, which never rejects: a failure is an input like any other.
 */
import { orAborted, reasonOf } from "./abort.js";
import { watchConnection, type ConnectionWatch } from "./connection.js";
import { HubferryError, toError } from "./errors.js";
import { Inbox } from "./inbox.js";
import { Pace } from "./pace.js";
import type { EventView, InputView, StepView, TellView } from "./wire.js";

/** A machine as the engine hands it out. `poll` and `handle` may throw an `ErrorView`. */
export interface Machine<T> {
  poll(nowMs: number): StepView<T>;
  handle(nowMs: number, input: InputView): void;
  free(): void;
}

/** A step that is answered. */
export type Work = Extract<
  StepView<unknown>,
  { type: "probe" | "digest" | "pack" | "ingest" | "flush" | "shard" | "record" | "planCommit" | "send" }
>;

/** What a step that stays open brings. */
export type NewsView = Extract<InputView, { type: "sealed" | "query" | "lost" }>;

/** What carries a step out. Never rejects; answers an aborted step or not, as it likes. */
export interface Io {
  /** Any monotonic clock, in milliseconds. */
  now(): number;
  /** Does the work; `report` tells how many of its bytes are done, `news` what else the machine is to know while it goes on. */
  perform(
    work: Work,
    report: (bytes: number) => void,
    signal: AbortSignal,
    news: (input: NewsView) => void,
  ): Promise<InputView>;
  /** Passes a word on to the data plane. */
  tell(tell: TellView): void;
}

/** What a job adds to the loop. */
export interface Course<M, T, R> {
  /** Ends the job with its reason. */
  readonly signal: AbortSignal;
  /** Tell the machine whether there is a connection, where the platform says so; otherwise what is lost is a failure. @default false */
  readonly waitsForConnection?: boolean;
  /** Takes what the machine wants the caller to know. */
  readonly onEvent?: (event: EventView) => void;
  /** Runs before the first poll. Must not touch the machine once the signal has aborted. */
  readonly prepare?: (machine: M) => Promise<void>;
  /** Makes the result while the machine still exists. */
  readonly conclude: (output: T, machine: M) => R | Promise<R>;
  /** The last moment at which the machine can be looked at, however it ended. */
  readonly onEnd?: () => void;
}

/** Inputs that leave their step open. */
const STAYING: ReadonlySet<InputView["type"]> = new Set(["progress", "sealed", "query", "lost"]);

/** Runs one machine to its end. */
export class Driver<T, M extends Machine<T>> {
  #machine: M | undefined;
  readonly #io: Io;
  readonly #inbox = new Inbox();
  readonly #open = new Map<number, AbortController>();
  #connection: ConnectionWatch | undefined;

  /** Takes the machine over. */
  constructor(machine: M, io: Io) {
    this.#machine = machine;
    this.#io = io;
  }

  /** Looks at the machine; nothing is seen after the end. */
  peek<R>(look: (machine: M, nowMs: number) => R): R | undefined {
    return this.#machine && look(this.#machine, this.#io.now());
  }

  /** Changes the machine's mind; nothing happens after the end. */
  change(change: (machine: M) => void): void {
    this.peek(change);
    this.#inbox.wake();
  }

  /** Tries to go on although the platform says that there is no connection. */
  tryConnection(): void {
    this.#connection?.assume();
  }

  /**
   * Runs the loop; once.
   *
   * Errors: the machine's error as callers know it, or the signal's reason.
   */
  async run<R>(course: Course<M, T, R>): Promise<R> {
    const machine = this.#machine;
    if (machine === undefined) throw new HubferryError("internal", "This job has ended");
    const { signal, prepare, conclude } = course;
    const stopAll = (): void => {
      for (const work of this.#open.values()) work.abort();
      this.#open.clear();
    };
    signal.addEventListener("abort", stopAll);
    try {
      signal.throwIfAborted();
      if (course.waitsForConnection === true) this.#connection = watchConnection(this.#tellConnection);
      if (prepare !== undefined) await orAborted(prepare(machine), signal);
      return await conclude(await this.#loop(machine, course), machine);
    } catch (error) {
      throw signal.aborted ? reasonOf(signal) : toError(error);
    } finally {
      stopAll();
      this.#connection?.stop();
      signal.removeEventListener("abort", stopAll);
      course.onEnd?.();
      this.#machine = undefined;
      machine.free();
    }
  }

  async #loop<R>(machine: M, { signal, onEvent }: Course<M, T, R>): Promise<T> {
    const pace = new Pace();
    for (;;) {
      if (pace.due) await pace.turn();
      signal.throwIfAborted();
      const step = machine.poll(this.#io.now());
      switch (step.type) {
        case "probe":
        case "digest":
        case "pack":
        case "ingest":
        case "flush":
        case "shard":
        case "record":
        case "planCommit":
        case "send":
          this.#start(step);
          break;
        case "tell":
          this.#io.tell(step.tell);
          break;
        case "cancel":
          this.#open.get(step.id)?.abort();
          this.#open.delete(step.id);
          break;
        case "event":
          onEvent?.(step.event);
          break;
        case "wait":
          await this.#answer(machine, step.untilMs, signal);
          break;
        case "done":
          if (step.outcome.type === "error") throw toError(step.outcome.error);
          return step.outcome.output;
      }
    }
  }

  /** Gives the machine one input; waits when there is none yet. */
  async #answer(machine: M, untilMs: number | undefined, signal: AbortSignal): Promise<void> {
    let input = this.#inbox.take();
    if (input === undefined) {
      await this.#inbox.wait(untilMs === undefined ? undefined : untilMs - this.#io.now(), signal);
      input = this.#inbox.take();
    }
    if (input === undefined) return;
    if (input.type !== "connection") {
      // A step that was cancelled is not open any more, and nobody waits for what became of it.
      if (!this.#open.has(input.id)) return;
      if (!STAYING.has(input.type)) this.#open.delete(input.id);
    }
    machine.handle(this.#io.now(), input);
  }

  readonly #tellConnection = (online: boolean): void => {
    this.#inbox.put({ type: "connection", online });
  };

  #start(work: Work): void {
    const controller = new AbortController();
    this.#open.set(work.id, controller);
    const put = (input: InputView): void => {
      // What failed because there is no connection is known to have by the time the machine hears of it.
      if (input.type === "failed") this.#connection?.look();
      this.#inbox.put(input);
    };
    const report = (bytes: number): void => {
      put({ type: "progress", id: work.id, bytes });
    };
    // The second branch is for bugs: a step without an answer would leave the job hanging for ever.
    this.#io.perform(work, report, controller.signal, put).then(put, (error: unknown) => {
      put({ type: "failed", id: work.id, failure: { code: "internal", message: toError(error).message } });
    });
  }
}
