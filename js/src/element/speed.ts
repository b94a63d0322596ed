/** How fast a growing number grows, over the last few seconds. */

/** A speed over a sliding window. */
export class Speed {
  readonly #windowMs: number;
  #samples: { at: number; value: number }[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Notes the value at a time in milliseconds. */
  sample(at: number, value: number): void {
    this.#samples.push({ at, value });
    // One sample from before the window stays, so that the window is always covered.
    while ((this.#samples[1]?.at ?? Number.POSITIVE_INFINITY) <= at - this.#windowMs) this.#samples.shift();
  }

  /** Forgets what was: after a pause the old values would count as slowness. */
  clear(): void {
    this.#samples = [];
  }

  /** Units per second. */
  get perSecond(): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.at <= first.at) return 0;
    return Math.max(0, ((last.value - first.value) * 1000) / (last.at - first.at));
  }
}
