/**
 * Ctrl-C and SIGTERM: the first stops cleanly, the second ends the process at once.
 *
 * Called by `run.ts`; commands get the signal.
 */
import { constants } from "node:os";

/** Signals that stop a command. */
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Milliseconds in which a second signal is the first one again: npx passes on to its command what the terminal has told the command, too
 * (seen in npm 11.19).
 */
const SAME_PRESS_MS = 1_000;

/** The reason with which everything is stopped. */
export class Interrupted extends Error {
  override name = "AbortError";
  /** What shells expect: 130 for Ctrl-C, 143 for SIGTERM. */
  readonly exitCode: number;
  /** How to go on; set by the command that knows. */
  hint: string | undefined;

  constructor(signal: (typeof SIGNALS)[number]) {
    super("Interrupted");
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** Listens for signals until `release`. `onFirst` is told of the first one. */
export function listen(
  onFirst: () => void,
  now = (): number => performance.now(),
): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  let firstAt = 0;
  const listeners = SIGNALS.map((name) => {
    const onSignal = (): void => {
      const reason = new Interrupted(name);
      if (controller.signal.aborted) {
        if (now() - firstAt > SAME_PRESS_MS) process.exit(reason.exitCode);
        return;
      }
      firstAt = now();
      onFirst();
      controller.abort(reason);
    };
    process.on(name, onSignal);
    return () => process.off(name, onSignal);
  });
  const release = (): void => {
    for (const stop of listeners) stop();
  };
  return { signal: controller.signal, release };
}
