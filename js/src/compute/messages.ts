/**
 * What a pool and its workers say to each other, and how a worker takes its seat in a push. A lane of a pool has one task at a time,
 * so messages need no number.
 *
 * The prefix tells our messages from those of other code that a bundler may have put into the same script.
 */
import type { LaneOptions } from "./pack/messages.js";
import type { Done, Task } from "./task.js";

/** The engine with threads in shared memory, for a lane that packs. */
export interface Threads {
  readonly module: WebAssembly.Module;
  /** How many threads. */
  readonly count: number;
}

/** From a pool, or the page of a push. */
export type ToLane =
  /** Start an instance of the engine from this module, and one with threads if given; answered by `ready` or `broken`. */
  | { readonly type: "hubferry:start"; readonly module: WebAssembly.Module; readonly threads?: Threads | undefined }
  /** Do this; answered by `progress`, any number of times, and `done`. */
  | { readonly type: "hubferry:task"; readonly task: Task }
  /** Be a lane of a push; everything else is said through the ports. */
  | {
      readonly type: "hubferry:lane";
      readonly options: LaneOptions;
      readonly page: MessagePort;
      readonly authority: MessagePort;
    }
  /** Be the authority of a push; as above. */
  | { readonly type: "hubferry:authority"; readonly indexBytes: number; readonly page: MessagePort };

/** From a worker. */
export type FromLane =
  | { readonly type: "hubferry:ready" }
  | { readonly type: "hubferry:broken"; readonly message: string }
  /** Bytes read so far. */
  | { readonly type: "hubferry:progress"; readonly bytes: number }
  | { readonly type: "hubferry:done"; readonly done: Done };
