/**
 * Gives the event loop its turn: a page must answer its user while we work through many small things.
 *
 * Whoever loops over something without a bound asks `pace.due` as it goes and awaits {@link Pace.turn} when it is.
 */

/** Milliseconds of work in one turn; several loops may share a turn, and none may make it a task of 50 ms. */
const TURN_MS = 8;

/** How long one loop has been running in this turn. */
export class Pace {
  #since = performance.now();

  /** Whether the turn has lasted long enough. */
  get due(): boolean {
    return performance.now() - this.#since >= TURN_MS;
  }

  /** Lets everything else run first. */
  async turn(): Promise<void> {
    await nextTurn();
    this.#since = performance.now();
  }
}

/**
 * A task of its own, without the delay that browsers add to nested timers. Not by `scheduler.yield`, whose promise goes before
 * everything but the user's input: beside a loop that always has something to do, a page's timers came 200 ms late.
 */
function nextTurn(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (run: () => void) => void };
  return new Promise((resolve) => {
    if (setImmediate !== undefined) {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
