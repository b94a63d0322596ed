/**
 * What an upload says of files that it leaves out: one warning a rule for what nobody asked for, one for all that ignore files
 * leave out, none for what is left out on purpose. However many there are, few of them are kept.
 */
import type { UploadEvent } from "./events.js";
import type { HubferryError } from "../errors.js";
import type { Skip } from "../source/folder/rules.js";

/** Paths kept for one warning; the rest are counted. */
const KEPT = 50;

interface Group {
  readonly paths: string[];
  total: number;
}

/** Gathers what is left out of one upload. */
export class LeftOut {
  readonly #surprises = new Map<string, Group>();
  readonly #ignored: Group = { paths: [], total: 0 };
  readonly #refused: HubferryError[] = [];

  /** Takes in what a listing skips. */
  add(path: string, reason: string, { by }: Skip): void {
    if (by === "gitignore") count(this.#ignored, path);
    if (by !== "system" && by !== "kind") return;
    let group = this.#surprises.get(reason);
    if (group === undefined) this.#surprises.set(reason, (group = { paths: [], total: 0 }));
    count(group, path);
  }

  /** Takes in an ignore file whose rules are not applied. */
  refuse(error: HubferryError): void {
    this.#refused.push(error);
  }

  /** Everything worth a warning. */
  *warnings(): Generator<UploadEvent> {
    for (const { message, path } of this.#refused.slice(0, KEPT)) {
      yield { event: "warning", code: "gitignore_unreadable", message, paths: path === undefined ? [] : [path] };
    }
    for (const [reason, { paths, total }] of this.#surprises) {
      const many = total > paths.length ? ` (${total} in all)` : "";
      yield { event: "warning", code: "left_out", message: `Left out: ${reason}${many}`, paths };
    }
    const { paths, total } = this.#ignored;
    if (total === 0) return;
    const what = total === 1 ? "1 file or folder is" : `${total} files and folders are`;
    const message = `${what} left out by ignore files (.gitignore); gitignore: false uploads everything`;
    yield { event: "warning", code: "gitignored", message, paths };
  }
}

function count(group: Group, path: string): void {
  group.total += 1;
  if (group.paths.length < KEPT) group.paths.push(path);
}
