/**
 * What a screen reader is told while work goes on: one sentence at a time, and not more often than it can be listened to.
 *
 * Invariants: two announcements are at least {@link SPACING_MS} apart; of those that came in between only the last is said.
 * It knows no DOM: whoever renders the live region reads `text`.
 */

/** Milliseconds between two announcements. */
export const SPACING_MS = 4_000;

/** Spaces out announcements. */
export class Announcer {
  /** What the live region holds now. */
  text = "";
  readonly #changed: () => void;
  #last = Number.NEGATIVE_INFINITY;
  #next: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Says this now, or as soon as the last announcement has had its time. */
  say(text: string): void {
    this.#next = text;
    if (this.#timer !== undefined) return;
    const wait = this.#last + SPACING_MS - performance.now();
    if (wait <= 0) this.#speak();
    else this.#timer = setTimeout(this.#speak, wait);
  }

  /** Forgets what has not been said, and empties the region. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#next = undefined;
    if (this.text !== "") {
      this.text = "";
      this.#changed();
    }
  }

  readonly #speak = (): void => {
    this.#timer = undefined;
    if (this.#next === undefined) return;
    this.text = this.#next;
    this.#next = undefined;
    this.#last = performance.now();
    this.#changed();
  };
}
