/**
 * What a pool and its workers say to each other. A lane has one task at a time, so messages need no number.
 *
 * The prefix tells our messages from those of other code that a bundler may have put into the same script.
 */
import type { Done, Task } from "./task.js";

/** From the pool. */
export type ToLane =
  /** Start an instance of the engine from this module; answered by `ready` or `broken`. */
  | { readonly type: "hubferry:start"; readonly module: WebAssembly.Module }
  /** Do this; answered by `progress`, any number of times, and `done`. */
  | { readonly type: "hubferry:task"; readonly task: Task };

/** From a worker. */
export type FromLane =
  | { readonly type: "hubferry:ready" }
  | { readonly type: "hubferry:broken"; readonly message: string }
  /** Bytes read so far. */
  | { readonly type: "hubferry:progress"; readonly bytes: number }
  | { readonly type: "hubferry:done"; readonly done: Done };
