/**
 * Folders that are lists of paths already: chosen files, or a `Map` that code has made.
 *
 * Invariant: the files come in the order of a walk.
 */
import { isUnicode, NO_UNICODE } from "./name.js";
import { IGNORE_FILE, type Rules } from "./rules.js";
import { pathKey, sortInTurns } from "./sort.js";
import type { FoundFile, OpenedFile, Walk } from "./walk.js";
import { Pace } from "../../pace.js";

/** One file of a list. */
export interface Listed {
  readonly path: string;
  readonly open: () => OpenedFile | Promise<OpenedFile>;
}

/** Paths selected in one go. */
const SELECT_BATCH = 250;

/** A list that was taken in; its paths are looked at later, in turns. */
export type TakenList = (pace: Pace) => Promise<readonly Listed[]>;

/** Gives the files of a list that are selected, sorted. */
export async function* walkList(taken: TakenList, options: Walk): AsyncGenerator<FoundFile, void, void> {
  const pace = new Pace();
  const list = await taken(pace);
  const kept: { key: string; file: Listed }[] = [];
  if (options.rules.readsIgnoreFiles) await readIgnoreFiles(list, options.rules, pace);
  for (let start = 0; start < list.length; start += SELECT_BATCH) {
    const batch = list.slice(start, start + SELECT_BATCH);
    const taken = options.rules.select(
      batch.map((file) => file.path),
      true,
    );
    for (const [place, file] of batch.entries()) {
      if (taken[place] !== true) continue;
      if (isUnicode(file.path)) kept.push({ key: pathKey(file.path), file });
      else options.onSkip(file.path, NO_UNICODE, { by: "kind", rule: NO_UNICODE });
    }
    if (pace.due) await pace.turn();
  }
  await sortInTurns(kept, (element) => element.key, pace);
  for (const { file } of kept) {
    options.signal?.throwIfAborted();
    if (pace.due) await pace.turn();
    let opened: OpenedFile;
    try {
      opened = await file.open();
    } catch (error) {
      options.onError(file.path, error);
      continue;
    }
    yield { path: file.path, ...opened };
  }
}

/** Reads the ignore files of a list, the upper ones first: what they close is not opened. */
async function readIgnoreFiles(list: readonly Listed[], rules: Rules, pace: Pace): Promise<void> {
  const found: { folder: string; depth: number; file: Listed }[] = [];
  for (const file of list) {
    const { path } = file;
    if (path !== IGNORE_FILE && !path.endsWith(`/${IGNORE_FILE}`)) continue;
    const folder = path.slice(0, -IGNORE_FILE.length - 1);
    found.push({ folder, depth: path.split("/").length, file });
    if (pace.due) await pace.turn();
  }
  found.sort((a, b) => a.depth - b.depth);
  for (const { folder, file } of found) {
    if (!rules.closes(folder)) await rules.read(folder, file.open);
    if (pace.due) await pace.turn();
  }
}

/**
 * Chosen files with the paths that they have below the chosen folder.
 *
 * Shape: when all come from one folder (`<input webkitdirectory>`), its name is not part of the paths. Files chosen one by
 * one, and those of browsers that do not say where they were, have their names.
 */
export function chosenFiles(files: ArrayLike<File>): TakenList {
  const all = Array.from(files);
  return async (pace) => {
    const paths = await inTurns(all, pace, ({ webkitRelativePath, name }) => webkitRelativePath || name);
    const top = commonFolder(paths);
    let at = 0;
    return await inTurns(all, pace, (file) => {
      const path = (paths[at++] ?? file.name).slice(top.length);
      const open = (): OpenedFile => ({ content: file, size: file.size, lastModified: file.lastModified });
      return { path, open };
    });
  };
}

/** What becomes of each element, without a long task. */
export async function inTurns<T, R>(list: readonly T[], pace: Pace, make: (element: T) => R): Promise<R[]> {
  const made: R[] = [];
  for (const element of list) {
    made.push(make(element));
    if (made.length % SELECT_BATCH === 0 && pace.due) await pace.turn();
  }
  return made;
}

/** The first folder of all paths with its slash; empty when they have none in common. */
function commonFolder(paths: readonly string[]): string {
  const first = paths[0] ?? "";
  const top = first.slice(0, first.indexOf("/") + 1);
  return paths.every((path) => path.startsWith(top)) ? top : "";
}
