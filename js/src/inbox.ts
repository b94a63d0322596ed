/**
 * Where answers wait for the loop that takes them, in order of arrival.
 *
 * Invariant: of the reports on one step only the latest waits, so a slow loop finds no backlog of them.
 */
import type { InputView } from "./wire.js";

/** Longest delay that every platform's timer takes. */
export const LONGEST_TIMER_MS = 0x7fff_ffff;

/** A queue of inputs for one job. */
export class Inbox {
  readonly #inputs: InputView[] = [];
  readonly #reports = new Map<number, InputView>();
  #wake: (() => void) | undefined;

  /** Adds an answer. */
  put(input: InputView): void {
    if (input.type === "progress") this.#reports.set(input.id, input);
    else this.#inputs.push(input);
    this.wake();
  }

  /** Takes the next one, if there is one. Reports come first: the answer to their step may wait behind them. */
  take(): InputView | undefined {
    for (const [id, report] of this.#reports) {
      this.#reports.delete(id);
      return report;
    }
    return this.#inputs.shift();
  }

  /** Ends a {@link wait} that goes on now; has no effect on a later one. */
  wake(): void {
    this.#wake?.();
  }

  /** Waits for an input, a {@link wake}, or `ms` milliseconds; rejects with the signal's reason. */
  async wait(ms: number | undefined, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#inputs.length > 0 || this.#reports.size > 0) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      signal.addEventListener("abort", this.#abort);
      if (ms !== undefined) timer = setTimeout(resolve, Math.min(Math.max(ms, 0), LONGEST_TIMER_MS));
    });
    this.#wake = undefined;
    signal.removeEventListener("abort", this.#abort);
    clearTimeout(timer);
    signal.throwIfAborted();
  }

  readonly #abort = (): void => {
    this.wake();
  };
}
