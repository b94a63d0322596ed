/**
 * What a running push asks of the page: not to be left without a warning, and a screen that stays on.
 *
 * Invariants: the warning is there only while something would be lost, because it keeps a page out of the back/forward cache; the
 * browser takes the screen's lock away when the page is hidden, so it is asked for again when the page is seen.
 */

/** What is needed of the browser; a test brings its own. */
export interface HeldPage {
  readonly window: Pick<Window, "addEventListener" | "removeEventListener">;
  readonly document: Pick<Document, "addEventListener" | "removeEventListener" | "visibilityState">;
  /** Absent where the browser has none. */
  readonly wakeLock: { request(type: "screen"): Promise<{ release(): Promise<void> }> } | undefined;
}

/** The page that runs this. */
export function thisPage(): HeldPage {
  return { window, document, wakeLock: "wakeLock" in navigator && isSecureContext ? navigator.wakeLock : undefined };
}

/** Holds a page. */
export class PageHold {
  readonly #page: HeldPage;
  #warns = false;
  #awake = false;
  #lock: Promise<{ release(): Promise<void> } | undefined> | undefined;

  constructor(page: HeldPage) {
    this.#page = page;
  }

  /** Whether the screen can be kept on. */
  get canKeepAwake(): boolean {
    return this.#page.wakeLock !== undefined;
  }

  /** Says what is wanted now; nothing happens when that is so already. */
  want({ warning, awake }: { warning: boolean; awake: boolean }): void {
    if (warning !== this.#warns) {
      this.#warns = warning;
      if (warning) this.#page.window.addEventListener("beforeunload", warn);
      else this.#page.window.removeEventListener("beforeunload", warn);
    }
    const keep = awake && this.canKeepAwake;
    if (keep === this.#awake) return;
    this.#awake = keep;
    if (keep) {
      this.#page.document.addEventListener("visibilitychange", this.#seen);
      this.#seen();
    } else {
      this.#page.document.removeEventListener("visibilitychange", this.#seen);
      this.#letGo();
    }
  }

  // Hidden, the browser has taken the lock back, or will: the next one is asked for when the page is seen.
  readonly #seen = (): void => {
    this.#letGo();
    if (this.#page.document.visibilityState !== "visible") return;
    // Refused when the battery is low: the push goes on as well.
    this.#lock = this.#page.wakeLock?.request("screen").catch(() => undefined);
  };

  #letGo(): void {
    const lock = this.#lock;
    this.#lock = undefined;
    void lock?.then((held) => held?.release().catch(() => undefined));
  }
}

function warn(event: Event): void {
  event.preventDefault();
}
