/**
 * Requests of one push that wait for an answer's headers, no more than the platform lets an invocation have at a time.
 *
 * Invariant: belongs to one push. What one request of a client waits for is never another client's: workerd forbids it.
 */

/** What Cloudflare allows; more would queue there, where nothing can be told of them. */
export const SLOTS = 6;

/** See the module. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count = SLOTS) {
    this.#free = count;
  }

  /** Takes a slot, in the order of asking; the function gives it back, once. Errors: the signal's reason. */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(signal);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#pass();
    };
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.push(turn);
    });
  }

  /** To the next in the queue. */
  #pass(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
