/** Progress where there is no terminal, as in the log of a machine: a plain line now and then. */
import type { Output } from "../output.js";
import type { Gauge, Meter } from "./meter.js";

/** Milliseconds between two lines. */
const EVERY_MS = 10_000;

/** See the module. */
export class LineMeter implements Meter {
  readonly #out: Output;
  readonly #now: () => number;
  #toldAt = -Infinity;
  #told: string | undefined;
  #last: string | undefined;

  constructor(out: Output, now: () => number = () => performance.now()) {
    this.#out = out;
    this.#now = now;
  }

  show({ text }: Gauge): void {
    this.#last = text;
    if (this.#now() - this.#toldAt >= EVERY_MS) this.#tell(text);
  }

  end(): void {
    if (this.#last !== undefined) this.#tell(this.#last);
  }

  #tell(text: string): void {
    if (text === this.#told) return;
    this.#toldAt = this.#now();
    this.#told = text;
    this.#out.note(text);
  }
}
