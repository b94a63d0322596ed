/**
 * Which files of a push are listed and in which order: failed ones first, then those at work, then those that wait, then those that
 * are done, each group in the order of the paths; all of them or one group; all or those whose path holds what was typed.
 *
 * Invariants: the order is made anew in one pass over numbers, and only when somebody looks and something has changed; paths are
 * searched in slices, so that typing is never held up.
 */
import { GROUPS, type FileRow, type FileStates, type Group } from "./file-states.js";

/** What is listed. */
export type Filter = "all" | Group;

/** Milliseconds of searching in one turn. */
const SLICE_MS = 12;
/** Paths between two looks at the clock. */
const BETWEEN_LOOKS = 500;

/** The rows that are shown of one push. */
export class FileView {
  filter: Filter = "all";
  /** What is searched for, as typed. */
  query = "";
  readonly #files: FileStates;
  readonly #changed: () => void;
  #order: Uint32Array = new Uint32Array(0);
  #count = 0;
  #made = "";
  /** 1 for each path that holds the query; absent while nothing is searched for. */
  #hits: Uint8Array | undefined;
  #searched = 0;
  #search = 0;

  constructor(files: FileStates, changed: () => void) {
    this.#files = files;
    this.#changed = changed;
  }

  /** How many rows there are. */
  get count(): number {
    this.#arrange();
    return this.#count;
  }

  /** The row at a place of the list. */
  row(place: number): FileRow | undefined {
    this.#arrange();
    const at = place < this.#count ? this.#order[place] : undefined;
    return at === undefined ? undefined : this.#files.row(at);
  }

  /** Lists one group, or all. */
  show(filter: Filter): void {
    this.filter = filter;
    this.#changed();
  }

  /** Lists paths that hold this text, whatever their case. Settles when all have been looked at. */
  async find(text: string): Promise<void> {
    this.query = text;
    this.#search += 1;
    this.#searched = 0;
    const wanted = text.trim().toLowerCase();
    this.#hits = wanted === "" ? undefined : new Uint8Array(this.#files.length);
    this.#changed();
    if (wanted !== "") await this.#look(wanted, this.#search);
  }

  async #look(wanted: string, search: number): Promise<void> {
    let began = performance.now();
    for (let at = 0; at < this.#files.length; at += 1) {
      if (at % BETWEEN_LOOKS === 0 && performance.now() - began > SLICE_MS) {
        this.#searched = at;
        this.#changed();
        await new Promise((resolve) => setTimeout(resolve));
        if (search !== this.#search) return;
        began = performance.now();
      }
      if (this.#hits !== undefined && this.#files.path(at).toLowerCase().includes(wanted)) this.#hits[at] = 1;
    }
    this.#searched = this.#files.length;
    this.#changed();
  }

  // Counts each group, which gives the place where it begins, then puts every file into its place.
  #arrange(): void {
    const files = this.#files;
    const made = `${files.version} ${this.filter} ${this.#search} ${this.#searched}`;
    if (made === this.#made) return;
    this.#made = made;
    const only = this.filter === "all" ? undefined : GROUPS.indexOf(this.filter);
    const hits = this.#hits;
    const listed = (at: number, group: number): boolean =>
      (only === undefined || only === group) && (hits === undefined || hits[at] === 1);
    if (this.#order.length < files.length) this.#order = new Uint32Array(files.length);
    const places = new Uint32Array(GROUPS.length + 1);
    for (let at = 0; at < files.length; at += 1) {
      const group = files.group(at);
      if (listed(at, group)) places[group + 1] = (places[group + 1] ?? 0) + 1;
    }
    for (let group = 1; group < places.length; group += 1)
      places[group] = (places[group] ?? 0) + (places[group - 1] ?? 0);
    this.#count = places[GROUPS.length] ?? 0;
    for (let at = 0; at < files.length; at += 1) {
      const group = files.group(at);
      if (!listed(at, group)) continue;
      const place = places[group] ?? 0;
      this.#order[place] = at;
      places[group] = place + 1;
    }
  }
}
