/**
 * How lists of hashes and numbers cross to the engine: as text of fixed width, a hash in 64 digits, a number in 16, nothing
 * between. The other side is `src/wasm/core/records.rs`.
 */
import { InvalidInputError } from "../errors.js";

const HASH_WIDTH = 64;
const NUMBER_WIDTH = 16;

/** A hash as text; the engine checks its digits. */
export function hashText(hash: string): string {
  // What is shorter or longer would move all that follows.
  if (typeof hash !== "string" || hash.length !== HASH_WIDTH) throw new InvalidInputError("A hash is 64 hex digits");
  return hash;
}

/** A number as text. */
export function numberText(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new InvalidInputError("A length or an index is an integer from 0 to 2^53 - 1");
  }
  return value.toString(16).padStart(NUMBER_WIDTH, "0");
}

/** Reads such text from left to right. */
export class RecordReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  hash(): string {
    return this.#take(HASH_WIDTH);
  }

  number(): number {
    return Number.parseInt(this.#take(NUMBER_WIDTH), 16);
  }

  #take(width: number): string {
    return this.#text.slice(this.#at, (this.#at += width));
  }
}
