/** Progress on a terminal: one line that is written again and again, and goes in the end. */
import progress from "cli-progress";
import type { Output, Stream } from "../output.js";
import type { Gauge, Meter } from "./meter.js";

/** Steps of a whole bar: finer than anybody sees. */
const STEPS = 10_000;
/** To the beginning of the line, and away with it. */
const CLEAR_LINE = "\r\u001b[K";

/** See the module. */
export class BarMeter implements Meter {
  readonly #bar: progress.SingleBar;
  readonly #out: Output;

  constructor(out: Output, stream: Stream) {
    this.#out = out;
    this.#bar = new progress.SingleBar({
      stream: stream as NodeJS.WritableStream,
      format: "{bar} {percentage}%  {text}",
      barCompleteChar: "█",
      barIncompleteChar: "░",
      barsize: 20,
      // What others write in between must not take its place.
      forceRedraw: true,
      clearOnComplete: true,
      hideCursor: true,
      linewrap: false,
      // Signals are the business of whoever runs the command.
      gracefulExit: false,
    });
    // A second Ctrl-C ends the process where it is; the terminal gets its cursor back.
    process.once("exit", this.#restore);
    this.#bar.start(STEPS, 0, { text: "looking at what is there" });
    out.makeRoom(() => stream.write(CLEAR_LINE));
  }

  show({ fraction, text }: Gauge): void {
    this.#bar.update(Math.floor(Math.min(Math.max(fraction, 0), 1) * STEPS), { text });
  }

  end(): void {
    process.off("exit", this.#restore);
    this.#out.makeRoom(() => undefined);
    this.#restore();
  }

  readonly #restore = (): void => {
    this.#bar.stop();
  };
}
