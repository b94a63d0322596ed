/**
 * A lane on the caller's own thread, where there are no workers. The only place of a page's code that hashes.
 *
 * Every window is read before it is hashed, and reading gives the event loop its turn; where the platform hashes natively
 * (Node), a window takes about as long as reading it.
 */
import { perform, type Hashing } from "./lane.js";
import type { Compute, Done, Task, Watch } from "./task.js";

/** Does all tasks in place. */
export class InPlace implements Compute {
  readonly #hashing: Hashing;

  constructor(hashing: Hashing) {
    this.#hashing = hashing;
  }

  run(task: Task, watch: Watch): Promise<Done> {
    return perform(task, this.#hashing, watch);
  }
}
