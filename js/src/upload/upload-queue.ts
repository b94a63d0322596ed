/**
 * Work that is done one after the other, in the order it was given: uploads in the background, and whoever must not meet another.
 *
 * Invariant: one at a time; what fails rejects its own promise and does not hold up what comes after it.
 */

/**
 * Runs functions strictly in order.
 *
 * @example
 * const queue = new UploadQueue();
 * const done = queue.run(() => uploadFile({ repo, accessToken, file })); // go on meanwhile
 * await queue.onIdle();
 */
export class UploadQueue {
  #tail: Promise<unknown> = Promise.resolve();

  /** Runs `work` when everything given before has settled; resolves or rejects as it does. */
  run<T>(work: () => T | PromiseLike<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** Resolves when everything has settled, also what is given meanwhile. Never rejects. */
  async onIdle(): Promise<void> {
    for (let seen: Promise<unknown> | undefined; seen !== this.#tail;) {
      seen = this.#tail;
      await seen;
    }
  }
}
