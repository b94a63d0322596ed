/**
 * What the page of a push waits for, by number.
 *
 * Invariant: each call settles once: by its message, by being stopped, or with everything else.
 */
import type { FromDesk, FromLane } from "./messages.js";
import type { Watch } from "../task.js";
import type { FailureView } from "../../wire.js";

/** What a call may bring. */
export type Outcome = { readonly failure: FailureView } | Extract<FromLane | FromDesk, { call: number }>;

/** One call, until it is settled. `W` is where the work is done, as far as it is known. */
export interface Call<W> {
  readonly watch: Watch;
  readonly settle: (outcome: Outcome) => void;
  work: W | undefined;
}

/** See the module. */
export class Calls<W> {
  readonly #open = new Map<number, Call<W>>();
  readonly #onStop: (id: number, call: Call<W>) => void;
  #last = 0;

  /** `onStop` hears of calls that their caller has stopped. */
  constructor(onStop: (id: number, call: Call<W>) => void) {
    this.#onStop = onStop;
  }

  /** Opens a call; `start` sets its work going. */
  open(watch: Watch, start: (id: number, call: Call<W>) => void): Promise<Outcome> {
    const id = ++this.#last;
    const { signal } = watch;
    return new Promise((resolve) => {
      const call: Call<W> = {
        watch,
        work: undefined,
        settle: (outcome) => {
          signal.removeEventListener("abort", stop);
          this.#open.delete(id);
          resolve(outcome);
        },
      };
      const stop = (): void => {
        this.#onStop(id, call);
        call.settle(failed("it was stopped"));
      };
      if (signal.aborted) {
        call.settle(failed("it was stopped"));
        return;
      }
      signal.addEventListener("abort", stop);
      this.#open.set(id, call);
      start(id, call);
    });
  }

  get(id: number): Call<W> | undefined {
    return this.#open.get(id);
  }

  /** Takes a message about one of them; those that nobody waits for are dropped. */
  take(message: Extract<FromLane | FromDesk, { call: number }>): void {
    const call = this.#open.get(message.call);
    if (message.type === "progress") call?.watch.onProgress?.(message.bytes);
    else call?.settle(message);
  }

  /** All that are open. */
  [Symbol.iterator](): IterableIterator<[number, Call<W>]> {
    return new Map(this.#open).entries();
  }
}

/** An outcome that is nobody's fault but ours. */
export function failed(message: string): { readonly failure: FailureView } {
  return { failure: { code: "internal", message } };
}
