/**
 * The journal of one job: collects what is to be written and writes it together, in order.
 *
 * Invariants: records of a stream are written in the order they came; whoever waits for it hears only when everything before is
 * written for certain; after a failure nothing is written, and everybody is told who asks.
 */
import type { PackJournal } from "../compute/pack/records.js";
import type { Unlock } from "./lock.js";
import { joined, type Journal, type JournalAbout, type StreamName } from "./store.js";

type Bytes = Uint8Array<ArrayBuffer>;

/** Time between two writes while nobody waits; what comes after a while of silence is written at once. */
const COLLECT_MS = 100;

/** How often what is told of the journal is brought up to date. */
const NOTE_EVERY_MS = 1_000;

/** What a job is able to say of itself. */
export type Done = Pick<JournalAbout, "doneFiles" | "doneBytes">;

/** The stream `pack` of a journal. */
export function packJournal(keeper: Keeper, setAside: () => void): PackJournal {
  return {
    read: () => keeper.read("pack"),
    append: (bytes) => {
      // Whether it fails is for the push's own records to say.
      keeper.append("pack", bytes).catch(() => undefined);
    },
    written: () => keeper.written(),
    replace: (bytes) => {
      keeper.replace("pack", bytes);
    },
    setAside,
  };
}

/** See the module. */
export class Keeper {
  readonly #journal: Journal;
  readonly #unlock: Unlock;
  readonly #done: () => Done | undefined;
  #waiting: { readonly stream: StreamName; readonly bytes: Bytes }[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tail: Promise<void> = Promise.resolve();
  #failure: { readonly cause: unknown } | undefined;
  #notedAt = -Infinity;
  #writtenAt = -Infinity;

  /** Takes the journal and its lock over; `done` says how far the job is, while it can. */
  constructor(journal: Journal, unlock: Unlock, done: () => Done | undefined) {
    this.#journal = journal;
    this.#unlock = unlock;
    this.#done = done;
  }

  /** All of a stream, with what was given until now. */
  async read(stream: StreamName): Promise<Bytes> {
    this.#flush(false);
    let bytes: Bytes = new Uint8Array();
    await this.#then(async () => {
      bytes = await this.#journal.read(stream);
    });
    return bytes;
  }

  /** Appends; with `certain` it settles when all until now is kept for certain. Rejects once the journal has failed. */
  async append(stream: StreamName, bytes: Bytes, certain = false): Promise<void> {
    this.#throwFailure();
    this.#waiting.push({ stream, bytes });
    if (!certain) {
      this.#timer ??= setTimeout(
        () => {
          this.#flush(false);
        },
        Math.max(0, this.#writtenAt + COLLECT_MS - performance.now()),
      );
      return;
    }
    this.#flush(true);
    await this.#tail;
    this.#throwFailure();
  }

  /** Writes what was given until now, and resolves when that is done or the journal has failed. */
  written(): Promise<void> {
    this.#flush(false);
    return this.#tail;
  }

  /** Forgets all that was kept. */
  clear(): void {
    for (const stream of ["control", "pack"] as const) this.replace(stream, new Uint8Array());
  }

  /** Puts other bytes in a stream's place, after all that was given until now. */
  replace(stream: StreamName, bytes: Bytes): void {
    this.#flush(false);
    void this.#then(() => this.#journal.replace(stream, bytes));
  }

  /** Ends: `isDone` takes the journal away, because nobody will go on with this push. Never rejects. */
  async end(isDone: boolean): Promise<void> {
    try {
      this.#flush(true);
      this.#note();
      await this.#tail;
      await (isDone ? this.#journal.delete() : this.#journal.close());
    } catch {
      // What could not be taken away is old one day.
    } finally {
      this.#unlock();
    }
  }

  #flush(certain: boolean): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writtenAt = performance.now();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const stream of ["control", "pack"] as const) {
      const pieces = waiting.filter((one) => one.stream === stream).map(({ bytes }) => bytes);
      // A barrier is for the push's own records; what is packed is found again or not.
      if (pieces.length > 0) {
        void this.#then(() => this.#journal.append(stream, joined(pieces), certain && stream === "control"));
      }
    }
    if (waiting.length > 0 && performance.now() - this.#notedAt >= NOTE_EVERY_MS) this.#note();
  }

  #note(): void {
    this.#notedAt = performance.now();
    const change = { ...this.#done(), updatedAt: Date.now() };
    void this.#then(() => this.#journal.describe(change));
  }

  /** Does this after all the rest, unless something has failed. */
  #then(work: () => Promise<void>): Promise<void> {
    this.#tail = this.#tail.then(async () => {
      if (this.#failure !== undefined) return;
      try {
        await work();
      } catch (cause) {
        this.#failure = { cause };
      }
    });
    return this.#tail;
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.cause;
  }
}
