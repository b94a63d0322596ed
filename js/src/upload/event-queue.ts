/**
 * Events on their way to one listener.
 *
 * Invariant: however slow the listener is, the queue stays small: of reports the latest waits, and of the news about one file
 * the latest in each state.
 */
import type { UploadEvent } from "./events.js";

/** The queue of one listener. */
export class EventQueue {
  readonly #waiting = new Map<string | number, UploadEvent>();
  #serial = 0;
  #wake: (() => void) | undefined;

  /** Adds an event. */
  put(event: UploadEvent): void {
    const key = this.#keyOf(event);
    // What replaces an older event stands where it happened, not where the older one stood.
    this.#waiting.delete(key);
    this.#waiting.set(key, event);
    this.wake();
  }

  /** Takes the oldest event, if there is one. */
  take(): UploadEvent | undefined {
    for (const [key, event] of this.#waiting) {
      this.#waiting.delete(key);
      return event;
    }
    return undefined;
  }

  /** Waits for an event or a {@link wake}; to be called when there is no event. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Ends a {@link wait}. */
  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  #keyOf(event: UploadEvent): string | number {
    if (event.event === "report") return "report";
    if (event.event === "fileProgress") return `${event.state} ${event.path}`;
    return this.#serial++;
  }
}
