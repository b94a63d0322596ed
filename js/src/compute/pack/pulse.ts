/**
 * Notices a seat that has fallen silent: a worker that the system ends says nothing, and no browser tells of it.
 *
 * Counted in questions, not in time: a page that was frozen, or a machine that slept, has asked nothing meanwhile.
 */
import type { Seat } from "./crew.js";
import type { ToSender } from "./messages.js";

/** Milliseconds between two questions. */
const ASK_EVERY_MS = 2500;
/** Questions without an answer after which a seat counts as gone: far longer than the longest piece of work without a pause. */
const MOST_OPEN = 8;

/** Asks a seat from now on whether it lives; `alive` is to be called when it says so. Ends with the seat, which it ends itself. */
export function watchPulse<In, Out>(seat: Seat<In, Out | ToSender>): { alive: () => void } {
  let open = 0;
  const timer = setInterval(() => {
    if (open >= MOST_OPEN) {
      seat.stop();
      return;
    }
    open += 1;
    seat.port.post({ type: "ping" });
  }, ASK_EVERY_MS);
  void seat.ended.then(() => {
    clearInterval(timer);
  });
  return {
    alive: () => {
      open = 0;
    },
  };
}
