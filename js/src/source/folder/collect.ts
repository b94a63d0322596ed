/**
 * The files of a folder, whatever the folder is: what `uploadFolder` takes, and what a page lists before it asks.
 */
import { engine } from "../../engine.js";
import { fromFailure, InvalidInputError, unsupported } from "../../errors.js";
import type { HubferryError } from "../../errors.js";
import { platform } from "../../platform.js";
import { entryDirectory, isDirectoryEntry } from "./entries.js";
import { handleDirectory, isDirectoryHandle } from "./handles.js";
import { chosenFiles, inTurns, walkList, type TakenList } from "./list.js";
import { Rules, type OnSkip } from "./rules.js";
import { isDataTransfer, takeDropped } from "./transfer.js";
import { walk, type Directory, type FoundFile, type Walk } from "./walk.js";
import { fingerprint } from "../blob.js";
import { toBlob, type Content } from "../content.js";
import { readFailureOf } from "../failure.js";

/** What can be a folder. */
export type FolderSource =
  | DataTransfer
  | FileList
  | readonly File[]
  | FileSystemDirectoryHandle
  | FileSystemDirectoryEntry
  | ReadonlyMap<string, Content>
  /** A path or `file:` URL, in runtimes with a disk. */
  | string
  | URL;

/** One file of a folder. */
export interface CollectedFile {
  /** Path relative to the folder, with `/`. */
  path: string;
  /** The content, by reference: nothing has been read. */
  content: Blob;
  /** In bytes. */
  size: number;
  /** Milliseconds since 1970, when the file has a date. */
  lastModified: number | undefined;
}

/** Who applies ignore files: the folder's own and then the Hub, the Hub alone, or nobody. */
export type GitignoreOption = "local" | "hub" | false;

/** How a folder is listed. */
export interface CollectOptions {
  /** Only files that match one of these; as Python's `allow_patterns`. */
  allowPatterns?: string | readonly string[] | undefined;
  /** No files that match one of these; as Python's `ignore_patterns`. `.git` and the like are always left out. */
  ignorePatterns?: string | readonly string[] | undefined;
  /**
   * Who applies ignore files. "local": the folder's own `.gitignore` files, root and nested, with git's meaning; "hub" and
   * `false`: nobody here. @default "local"
   */
  gitignore?: GitignoreOption | undefined;
  /** Told what is left out, and why: a folder once, without what is in it; from a list of files each file. */
  onSkip?: OnSkip | undefined;
  /**
   * Told what could not be read; the listing goes on. Without it, the iteration throws there. An ignore file whose rules
   * cannot be applied is told, too, with the code `invalid_input`, and never thrown.
   */
  onError?: ((path: string, error: HubferryError) => void) | undefined;
  abortSignal?: AbortSignal | undefined;
}

/** A folder that was taken in and can be listed. */
type Taken = { tree: () => Directory | Promise<Directory> } | { list: TakenList };

/**
 * Lists the files of a folder, sorted by path, with little memory and without long tasks.
 *
 * A `DataTransfer` is read at once, so call this in the handler of the `drop` event, before its first `await`. One folder
 * that was dropped or chosen stands for its contents, as in `hf upload ./folder`: its own name is not part of the paths.
 * Several things dropped together keep their names. Links to files are followed, links to folders are not.
 *
 * @example
 * for await (const { path, size } of collectFiles(event.dataTransfer)) console.log(path, size);
 */
export function collectFiles(source: FolderSource | null, options: CollectOptions = {}): AsyncIterable<CollectedFile> {
  const { gitignore = "local" } = options;
  const known: readonly unknown[] = ["local", "hub", false];
  if (!known.includes(gitignore)) throw new InvalidInputError('gitignore must be "local", "hub" or false');
  return list(take(source, options.abortSignal), options, gitignore === "local");
}

/**
 * Takes a folder in, synchronously.
 *
 * Errors: `invalid_input` for what is no folder, `unsupported` for a path where there is no disk.
 */
function take(source: FolderSource | null, signal: AbortSignal | undefined): Taken {
  if (typeof source === "string" || source instanceof URL) {
    const { disk } = platform();
    if (disk === undefined)
      throw unsupported("Folders by path or URL need a runtime with a disk; give files or a drop");
    return { tree: () => disk.openFolder(source) };
  }
  if (source instanceof Map) return { list: mapFiles(source, signal) };
  if (typeof source === "object" && source !== null) {
    if (isDataTransfer(source)) {
      const dropped = takeDropped(source);
      if ("tree" in dropped) return { tree: () => dropped.tree };
      if (dropped.files.length > 0) return { list: chosenFiles(dropped.files) };
      throw new InvalidInputError("The drop holds no files; read it in the event's handler, before the first await");
    }
    if (isDirectoryHandle(source)) return { tree: () => handleDirectory(source) };
    if (isDirectoryEntry(source)) return { tree: () => entryDirectory(source) };
    if ("length" in source) return { list: chosenFiles(source) };
  }
  throw new InvalidInputError("folder must be a drop, chosen files, a directory handle or entry, a Map, or a path");
}

function mapFiles(files: ReadonlyMap<string, Content>, signal: AbortSignal | undefined): TakenList {
  const all = Array.from(files);
  return (pace) =>
    inTurns(all, pace, ([path, content]) => ({
      path,
      open: async () => {
        const blob = await toBlob(content, { path, signal });
        return { content: blob, ...fingerprint(blob) };
      },
    }));
}

async function* list(
  taken: Taken,
  options: CollectOptions,
  readsIgnoreFiles: boolean,
): AsyncGenerator<FoundFile, void, void> {
  const onSkip: OnSkip = (path, reason, skip) => options.onSkip?.(path, reason, skip);
  const onRefused = (path: string, error: HubferryError): void => options.onError?.(path, error);
  await engine();
  const rules = new Rules(options, readsIgnoreFiles, onSkip, onRefused);
  const walking: Walk = {
    rules,
    onSkip,
    onError: (path, thrown) => {
      const failure = readFailureOf(thrown);
      const message = `${JSON.stringify(path)} cannot be listed (${failure.message})`;
      const error = fromFailure({ ...failure, message }, path);
      if (options.onError === undefined) throw error;
      options.onError(path, error);
    },
    signal: options.abortSignal,
  };
  try {
    yield* "tree" in taken ? walk(await taken.tree(), walking) : walkList(taken.list, walking);
  } finally {
    rules.free();
  }
}
