/** Lets the page draw and answer while something long is worked through. */

/** Milliseconds of work in one turn. */
const TURN_MS = 20;

/** How long one loop has been running in this turn. */
export class Breath {
  #since = performance.now();

  /** Whether it is time to let the page draw. */
  get due(): boolean {
    return performance.now() - this.#since >= TURN_MS;
  }

  /** Lets the page draw. */
  async take(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    this.#since = performance.now();
  }
}
