/**
 * What every file of a running push is doing, kept in flat arrays so that a hundred thousand rows cost little.
 *
 * Invariants: the order of rows shows failed files first, then those at work, then those that wait, then those that are
 * done, each group in the order of the paths; a state never goes back from the final ones.
 */

/** What a file is doing. */
export type FileState =
  | "failed"
  | "retrying"
  | "sending"
  | "reading"
  | "read"
  | "waiting"
  | "uploaded"
  | "committed"
  | "unchanged"
  | "ignored";

/** In the order of the list: the number of a state is its index here. */
const STATES: readonly FileState[] = [
  "failed",
  "retrying",
  "sending",
  "reading",
  "read",
  "waiting",
  "uploaded",
  "committed",
  "unchanged",
  "ignored",
];
const CODES = new Map(STATES.map((state, code) => [state, code]));

/** A group of rows: an earlier one stands above a later one. */
const GROUPS: readonly (readonly FileState[])[] = [
  ["failed"],
  ["retrying", "sending", "reading"],
  ["read", "waiting"],
  ["uploaded", "committed", "unchanged", "ignored"],
];
const GROUP_OF = Uint8Array.from(STATES, (state) => GROUPS.findIndex((group) => group.includes(state)));

/** One row, read out of the arrays. */
export interface FileRow {
  /** Path in the repo. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly state: FileState;
  /** 0 to 1 within the state. */
  readonly progress: number;
  /** Why it failed or is tried again. */
  readonly note: string | undefined;
}

/** The files of one push and their states. */
export class FileStates {
  readonly #paths: string[] = [];
  readonly #sizes: number[] = [];
  readonly #index = new Map<string, number>();
  readonly #notes = new Map<number, string>();
  readonly #codes: Uint8Array;
  readonly #progress: Float32Array;
  readonly #order: Uint32Array;
  #sorted = false;

  constructor(files: readonly { path: string; size: number }[]) {
    for (const { path, size } of files) {
      this.#index.set(path, this.#paths.length);
      this.#paths.push(path);
      this.#sizes.push(size);
    }
    this.#codes = new Uint8Array(this.#paths.length).fill(CODES.get("waiting") ?? 0);
    this.#progress = new Float32Array(this.#paths.length);
    this.#order = new Uint32Array(this.#paths.length);
  }

  /** How many files there are. */
  get length(): number {
    return this.#paths.length;
  }

  /** Notes that a file is doing something; paths that are not part of the push are left alone. */
  set(path: string, state: FileState, progress = 0, note?: string): void {
    const at = this.#index.get(path);
    if (at === undefined) return;
    const code = CODES.get(state) ?? 0;
    if (this.#codes[at] !== code) {
      this.#codes[at] = code;
      this.#sorted = false;
    }
    this.#progress[at] = progress;
    if (note === undefined) this.#notes.delete(at);
    else this.#notes.set(at, note);
  }

  /** The paths of the files in a state. */
  pathsOf(state: FileState): string[] {
    const wanted = CODES.get(state);
    return this.#paths.filter((_, at) => this.#codes[at] === wanted);
  }

  /** The row at a place of the sorted list. */
  row(place: number): FileRow | undefined {
    if (!this.#sorted) this.#sort();
    const at = this.#order[place];
    const path = at === undefined ? undefined : this.#paths[at];
    if (at === undefined || path === undefined) return undefined;
    return {
      path,
      size: this.#sizes[at] ?? 0,
      state: STATES[this.#codes[at] ?? 0] ?? "waiting",
      progress: this.#progress[at] ?? 0,
      note: this.#notes.get(at),
    };
  }

  // One pass per group keeps the order of paths within it without comparing anything.
  #sort(): void {
    let place = 0;
    for (let group = 0; group < GROUPS.length; group += 1) {
      for (let at = 0; at < this.#codes.length; at += 1) {
        if (GROUP_OF[this.#codes[at] ?? 0] === group) this.#order[place++] = at;
      }
    }
    this.#sorted = true;
  }
}
