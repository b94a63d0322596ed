/**
 * Lists a tree of folders, whatever it is made of: one walker, and a {@link Directory} per kind of tree.
 *
 * Invariants: files come in a stable order, by path, component by component; of each folder on the way down only one
 * listing is held; no recursion, so that depth costs no stack; a bounded number of folders and files is opened ahead.
 * A folder or file that cannot be opened is reported under its path, and the listing goes on.
 *
 * It reads no content but that of ignore files, and knows no patterns: {@link Rules} decide what is opened at all.
 */
import { isUnicode, NO_UNICODE } from "./name.js";
import { IGNORE_FILE, type OnSkip, type Rules } from "./rules.js";
import { sortInTurns } from "./sort.js";
import { Pace } from "../../pace.js";
import { inTime } from "../patience.js";

/** One folder. */
export interface Directory {
  /** What is in it, one level deep, in any order. */
  list(): Promise<Entry[]>;
}

/** One thing in a folder. */
export type Entry =
  | { readonly kind: "file"; readonly name: string; readonly open: () => Promise<OpenedFile> }
  | { readonly kind: "directory"; readonly name: string; readonly directory: Directory }
  /** Something that no repo can hold. */
  | { readonly kind: "other"; readonly name: string; readonly reason: string };

/** A file that was found: its content by reference, and what it was then. */
export interface OpenedFile {
  readonly content: Blob;
  readonly size: number;
  readonly lastModified: number | undefined;
}

/** A file and where it is, relative to the folder that is listed, with `/`. */
export interface FoundFile extends OpenedFile {
  readonly path: string;
}

/** What a walk needs to know. */
export interface Walk {
  readonly rules: Rules;
  /** Told what is left out for another reason than the rules. */
  readonly onSkip: OnSkip;
  /** Told what could not be opened. */
  onError: (path: string, error: unknown) => void;
  readonly signal: AbortSignal | undefined;
}

/** Folders below the first one; deeper ones are taken for a cycle. */
const DEEPEST = 64;
/** Folders and files opened ahead of the one that is taken. */
const AHEAD = 16;
/** Paths selected in one go. */
const SELECT_BATCH = 250;

type Outcome<T> = { readonly value: T } | { readonly error: unknown };
type Taken = Exclude<Entry, { kind: "other" }> & { readonly path: string };

/** A folder on the way down, with how far it has been gone through. */
interface Level {
  readonly folder: string;
  readonly entries: readonly Taken[];
  /** What has been opened ahead, by the place of its entry. */
  readonly opened: Map<number, Promise<Outcome<OpenedFile | Entry[]>>>;
  next: number;
}

/** Lists all files below a folder. */
export async function* walk(root: Directory, options: Walk): AsyncGenerator<FoundFile, void, void> {
  const pace = new Pace();
  const levels = [await enter("", await root.list(), options, pace)];
  for (;;) {
    const level = levels.at(-1);
    if (level === undefined) return;
    options.signal?.throwIfAborted();
    if (pace.due) await pace.turn();
    const entry = level.entries[level.next];
    if (entry === undefined) {
      levels.pop();
      options.rules.leave(level.folder);
      continue;
    }
    const outcome = await openAhead(level);
    if ("error" in outcome) {
      options.onError(entry.path, outcome.error);
    } else if (!Array.isArray(outcome.value)) {
      yield { path: entry.path, ...outcome.value };
    } else if (levels.length > DEEPEST) {
      options.onError(entry.path, new RangeError(`folders are nested deeper than ${DEEPEST} levels`));
    } else {
      levels.push(await enter(`${entry.path}/`, outcome.value, options, pace));
    }
  }
}

/** Sorts what is in a folder and leaves out what nobody wants, before anything is opened. */
async function enter(prefix: string, entries: Entry[], options: Walk, pace: Pace): Promise<Level> {
  const { rules, onSkip } = options;
  const folder = prefix.slice(0, -1);
  if (entries.length === 0 && prefix !== "") onSkip(folder, "empty folder", { by: "empty", rule: "empty folder" });
  if (rules.readsIgnoreFiles) {
    const own = entries.find(({ kind, name }) => kind === "file" && name === IGNORE_FILE);
    if (own?.kind === "file") await rules.read(folder, own.open);
  }
  await sortInTurns(entries, (entry) => entry.name, pace);
  const kept: Taken[] = [];
  for (let start = 0; start < entries.length; start += SELECT_BATCH) {
    const batch = entries.slice(start, start + SELECT_BATCH);
    const taken = rules.select(
      batch.map((entry) => selectable(prefix, entry)),
      false,
    );
    for (const [place, entry] of batch.entries()) {
      if (taken[place] !== true) continue;
      const path = prefix + entry.name;
      const reason = entry.kind === "other" ? entry.reason : isUnicode(entry.name) ? undefined : NO_UNICODE;
      if (reason !== undefined) onSkip(path, reason, { by: "kind", rule: reason });
      else if (entry.kind !== "other") kept.push({ ...entry, path });
    }
    if (pace.due) await pace.turn();
  }
  return { folder, entries: kept, opened: new Map(), next: 0 };
}

function selectable(prefix: string, entry: Entry): string {
  return entry.kind === "directory" ? `${prefix}${entry.name}/` : prefix + entry.name;
}

/** The next entry of a level, opened; the ones after it are on their way. */
async function openAhead(level: Level): Promise<Outcome<OpenedFile | Entry[]>> {
  const { entries, opened } = level;
  const current = level.next++;
  const last = Math.min(current + AHEAD, entries.length);
  for (let at = current; at < last; at++) {
    const entry = entries[at];
    if (entry !== undefined && !opened.has(at)) opened.set(at, settle(open(entry)));
  }
  const outcome = opened.get(current) ?? Promise.resolve({ error: undefined });
  opened.delete(current);
  return await outcome;
}

function open(entry: Taken): Promise<OpenedFile | Entry[]> {
  return entry.kind === "file" ? inTime(entry.open()) : entry.directory.list();
}

function settle<T>(promise: Promise<T>): Promise<Outcome<T>> {
  return promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}
