/**
 * What every file of a running push is doing, kept in flat arrays so that a hundred thousand files cost little.
 *
 * Invariants: a file is found by its path in the repo; the sums by group are kept with every change. Files come in one by one, so
 * that filling it takes no long task. Which rows are shown, and in which order, is `file-view.ts`.
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

/** The number of a state is its index here. */
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

/** The groups of states, in the order of a list: what needs a look stands first. */
export const GROUPS = ["failed", "active", "waiting", "done"] as const;
/** See {@link GROUPS}. */
export type Group = (typeof GROUPS)[number];

const GROUP_OF_STATE: Record<FileState, Group> = {
  failed: "failed",
  retrying: "active",
  sending: "active",
  reading: "active",
  read: "waiting",
  waiting: "waiting",
  uploaded: "done",
  committed: "done",
  unchanged: "done",
  ignored: "done",
};
/** The group of each state, by their numbers. */
const GROUP_OF = Uint8Array.from(STATES, (state) => GROUPS.indexOf(GROUP_OF_STATE[state]));

/** One file, read out of the arrays. */
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
  /** Goes up when a file comes to another group, or a new one in. */
  version = 0;
  readonly #paths: string[] = [];
  readonly #index = new Map<string, number>();
  readonly #notes = new Map<number, string>();
  readonly #sizes: Float64Array;
  readonly #codes: Uint8Array;
  readonly #progress: Float32Array;
  readonly #counts = new Uint32Array(GROUPS.length);

  /** Room for so many files. */
  constructor(room: number) {
    this.#sizes = new Float64Array(room);
    this.#codes = new Uint8Array(room).fill(CODES.get("waiting") ?? 0);
    this.#progress = new Float32Array(room);
  }

  /** How many files there are. */
  get length(): number {
    return this.#paths.length;
  }

  /** Adds a file that waits. More than there is room for are left out. */
  add(path: string, size: number): void {
    const at = this.#paths.length;
    if (at >= this.#codes.length) return;
    this.#index.set(path, at);
    this.#paths.push(path);
    this.#sizes[at] = size;
    this.#count(GROUP_OF[this.#codes[at] ?? 0] ?? 0, 1);
  }

  /** How many files are in a group. */
  count(group: Group): number {
    return this.#counts[GROUPS.indexOf(group)] ?? 0;
  }

  /** Notes that a file is doing something; paths that are not part of the push are left alone. */
  set(path: string, state: FileState, progress = 0, note?: string): void {
    const at = this.#index.get(path);
    if (at === undefined) return;
    const code = CODES.get(state) ?? 0;
    const before = GROUP_OF[this.#codes[at] ?? 0] ?? 0;
    const group = GROUP_OF[code] ?? 0;
    this.#codes[at] = code;
    if (before !== group) {
      this.#count(before, -1);
      this.#count(group, 1);
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

  /** The path of a file by its number. */
  path(at: number): string {
    return this.#paths[at] ?? "";
  }

  /** The number of a file's group. */
  group(at: number): number {
    return GROUP_OF[this.#codes[at] ?? 0] ?? 0;
  }

  /** A file by its number. */
  row(at: number): FileRow | undefined {
    const path = this.#paths[at];
    if (path === undefined) return undefined;
    return {
      path,
      size: this.#sizes[at] ?? 0,
      state: STATES[this.#codes[at] ?? 0] ?? "waiting",
      progress: this.#progress[at] ?? 0,
      note: this.#notes.get(at),
    };
  }

  #count(group: number, by: number): void {
    this.#counts[group] = (this.#counts[group] ?? 0) + by;
    this.version += 1;
  }
}
