/** A bounded number of things at the same time. */
import { reasonOf } from "../abort.js";

/** Places; whoever finds none waits in line. */
export class Slots {
  #free: number;
  readonly #line: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Runs something as soon as there is a place. An aborted signal is its reason not to begin. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#free === 0) {
      await new Promise<void>((resolve) => {
        this.#line.push(resolve);
      });
    } else {
      this.#free -= 1;
    }
    try {
      if (signal.aborted) throw reasonOf(signal);
      return await work();
    } finally {
      // Handed on, or free.
      const next = this.#line.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
