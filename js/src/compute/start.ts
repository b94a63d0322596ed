/** Starts lanes. Their script needs a connection: without one, a lane is started again when there is one. */
import { isOffline, watchConnection } from "../connection.js";
import type { LaneWorker } from "./lane-worker.js";

/** A lane that has come up; nothing where none does, or when it is not wanted any more. */
export async function startLane(make: () => LaneWorker, signal?: AbortSignal): Promise<LaneWorker | undefined> {
  try {
    for (;;) {
      const lane = make();
      if (await lane.ready) return lane;
      if (signal?.aborted === true || !isOffline()) return undefined;
      await connection(signal);
    }
  } catch {
    return undefined;
  }
}

/** Resolves when there is a connection, as far as the platform tells, or nobody wants one. */
function connection(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      watch.stop();
      resolve();
    };
    const watch = watchConnection((online) => {
      if (online) end();
    });
    signal?.addEventListener("abort", end, { once: true });
    watch.look();
  });
}
