/**
 * What this entry's classes have in common: something in the engine's memory, which must be given back.
 *
 * Whoever calls the method that ends an object (`digest`, `finish`) need not think of it; whoever drops one before calls `free`,
 * or says `using`.
 */
import { InvalidInputError, toError } from "../errors.js";

/** The part of the engine's memory that belongs to one object. */
export class Handle<T extends { free(): void }> {
  #held: T | undefined;

  constructor(held: T) {
    this.#held = held;
  }

  /** Does something with it. */
  use<R>(run: (held: T) => R): R {
    if (this.#held === undefined) throw new InvalidInputError("This object has ended or was freed: make a new one");
    return guarded(run, this.#held);
  }

  /** Does the last thing with it, and gives it back whatever comes of it. */
  end<R>(run: (held: T) => R): R {
    try {
      return this.use(run);
    } finally {
      this.free();
    }
  }

  /** Gives it back; it may be gone already. */
  free(): void {
    this.#held?.free();
    this.#held = undefined;
  }
}

/** Calls the engine; what it throws becomes an error as callers know them. */
export function guarded<A, R>(run: (argument: A) => R, argument: A): R {
  try {
    return run(argument);
  } catch (error) {
    throw toError(error);
  }
}
