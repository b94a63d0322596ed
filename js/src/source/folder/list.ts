/**
 * Folders that are lists of paths already: chosen files, or a `Map` that code has made.
 *
 * Invariant: the files come in the order of a walk.
 */
import { pathKey, sortInTurns } from "./sort.js";
import type { FoundFile, OpenedFile, Walk } from "./walk.js";
import { Pace } from "../../pace.js";

/** One file of a list. */
export interface Listed {
  readonly path: string;
  readonly open: () => OpenedFile | Promise<OpenedFile>;
}

/** Paths selected in one go. */
const SELECT_BATCH = 1000;

/** Gives the files of a list that are selected, sorted. */
export async function* walkList(list: readonly Listed[], options: Walk): AsyncGenerator<FoundFile, void, void> {
  const pace = new Pace();
  const kept: { key: string; file: Listed }[] = [];
  for (let start = 0; start < list.length; start += SELECT_BATCH) {
    const batch = list.slice(start, start + SELECT_BATCH);
    const selected = options.select(batch.map((file) => file.path));
    for (const file of batch) if (selected.has(file.path)) kept.push({ key: pathKey(file.path), file });
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

/**
 * Chosen files with the paths that they have below the chosen folder.
 *
 * Shape: when all come from one folder (`<input webkitdirectory>`), its name is not part of the paths. Files chosen one by
 * one, and those of browsers that do not say where they were, have their names.
 */
export function chosenFiles(files: ArrayLike<File>): Listed[] {
  const all = Array.from(files);
  const paths = all.map((file) => (file.webkitRelativePath === "" ? file.name : file.webkitRelativePath));
  const top = commonFolder(paths);
  return all.map((file, index) => {
    const { name, size, lastModified } = file;
    return { path: (paths[index] ?? name).slice(top.length), open: () => ({ content: file, size, lastModified }) };
  });
}

/** The first folder of all paths with its slash; empty when they have none in common. */
function commonFolder(paths: readonly string[]): string {
  const first = paths[0] ?? "";
  const top = first.slice(0, first.indexOf("/") + 1);
  return paths.every((path) => path.startsWith(top)) ? top : "";
}
