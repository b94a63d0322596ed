/**
 * The operations of a commit, as callers give them, and what the engine is told of them.
 */
import { InvalidInputError, unsupported } from "../errors.js";
import { platform } from "../platform.js";
import { blobSource } from "../source/blob.js";
import { isUnicode } from "../source/folder/name.js";
import { toBlob, type Content, type Expected, type Opening } from "../source/content.js";
import { collectFiles } from "../source/folder/collect.js";
import type { Planned } from "./push.js";

/** What can be the content of a file; what the Hub's own JavaScript client takes, and more. */
export type ContentSource = Content;

/** The content of one file. */
export interface FileContent {
  /** Path in the repo. */
  path: string;
  /** A `file:` URL may lead to a folder, in runtimes with a disk; its files go below `path`. */
  content: ContentSource;
  /** Bytes that the content must have. */
  size?: number | undefined;
  /** SHA-256 that the content must have, in hex. */
  sha256?: string | undefined;
}

/** Adds a file, or replaces it. */
export interface CommitFile extends FileContent {
  operation: "addOrUpdate";
}

/** Deletes a file; a folder when `path` ends in `/`. */
export interface CommitDeletedEntry {
  operation: "delete";
  /** Path in the repo. */
  path: string;
}

/** One operation of a commit. */
export type CommitOperation = CommitDeletedEntry | CommitFile;

/** How contents are opened. */
export interface Planning extends Opening {
  /** Levels of folders taken from a `file:` URL; what lies deeper is left out. @default all */
  readonly maxFolderDepth?: number | undefined;
}

/** Opens the contents of operations, in order. */
export async function* planOperations(
  operations: Iterable<CommitOperation>,
  planning: Planning,
): AsyncGenerator<Planned> {
  if (typeof (operations as Partial<Iterable<CommitOperation>> | undefined)?.[Symbol.iterator] !== "function") {
    throw new InvalidInputError("operations must be a list");
  }
  for (const operation of operations) {
    planning.signal?.throwIfAborted();
    checkPath(operation);
    switch (operation.operation) {
      case "delete":
        yield { operation: "delete", path: operation.path };
        break;
      case "addOrUpdate":
        yield* planAddition(operation, planning);
        break;
      default:
        refuseOperation(operation);
    }
  }
}

async function* planAddition({ path, content, size, sha256 }: CommitFile, planning: Planning): AsyncGenerator<Planned> {
  if (content instanceof URL && content.protocol === "file:" && (await platform().disk?.isFolder(content)) === true) {
    const { maxFolderDepth = Infinity, signal } = planning;
    for await (const file of collectFiles(content, { gitignore: false, abortSignal: signal })) {
      if (file.path.split("/").length > maxFolderDepth) continue;
      yield { operation: "addOrUpdate", path: joinPath(path, file.path), source: blobSource(file.content) };
    }
    return;
  }
  const expected: Expected = { size, sha256 };
  yield { operation: "addOrUpdate", path, source: blobSource(await toBlob(content, { ...planning, path }, expected)) };
}

/** A path below a folder of the repo; the folder may be given as Python's `path_in_repo` is. */
export function joinPath(folder: string, path: string): string {
  const trimmed = folder.replace(/^\/+|\/+$/g, "");
  return trimmed === "" || trimmed === "." ? path : `${trimmed}/${path}`;
}

function checkPath(operation: CommitOperation | null | undefined): void {
  if (typeof operation !== "object" || operation === null)
    throw new InvalidInputError('An operation must be an object, such as { operation: "delete", path }');
  const path: unknown = operation.path;
  if (typeof path === "string") {
    if (isUnicode(path)) return;
    throw new InvalidInputError(`The path ${JSON.stringify(path)} is not Unicode text; rename it`, { path });
  }
  const kind = path === null || path === undefined ? "is missing" : `is a ${typeof path}`;
  throw new InvalidInputError(
    `The path of a file ${kind}: give the path from the repo's root, such as "data/train.csv"`,
  );
}

function refuseOperation(operation: never): never {
  const { operation: name } = operation as { operation?: unknown };
  if (name === "copy" || name === "edit") throw unsupported(`The operation "${name}" is not supported by this version`);
  throw new InvalidInputError('operation must be "addOrUpdate" or "delete"');
}
