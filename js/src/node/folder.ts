/**
 * Folders on disk for Node. Links to files are followed; links to folders are not entered, as Python's walk does not.
 *
 * Used only by the entry for Node.
 */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openFile } from "./disk.js";
import { InvalidInputError } from "../errors.js";
import type { Directory, Entry, OpenedFile } from "../source/folder/walk.js";

/**
 * A folder on disk.
 *
 * Errors: `invalid_input` for what is not a folder.
 */
export async function openFolder(path: string | URL): Promise<Directory> {
  const folder = typeof path === "string" ? path : fileURLToPath(path);
  if (await isFolder(folder)) return diskDirectory(folder);
  throw new InvalidInputError(`${folder} is not a folder, or is not there; for one file there is uploadFile`);
}

/** Whether a path leads to a folder. */
export async function isFolder(path: string | URL): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}

function diskDirectory(folder: string): Directory {
  return {
    async list() {
      const found = await readdir(folder, { withFileTypes: true });
      return await Promise.all(found.map((entry) => toEntry(folder, entry)));
    },
  };
}

interface DirectoryEntry {
  readonly name: string;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

async function toEntry(folder: string, entry: DirectoryEntry): Promise<Entry> {
  const { name } = entry;
  const path = join(folder, name);
  if (entry.isDirectory()) return { kind: "directory", name, directory: diskDirectory(path) };
  if (entry.isFile()) return { kind: "file", name, open: () => open(path) };
  if (!entry.isSymbolicLink()) return { kind: "other", name, reason: "neither a file nor a folder" };
  const target = await stat(path).catch(() => undefined);
  if (target === undefined) return { kind: "other", name, reason: "link to nothing" };
  if (target.isDirectory()) return { kind: "other", name, reason: "link to a folder" };
  if (!target.isFile()) return { kind: "other", name, reason: "link to neither a file nor a folder" };
  return { kind: "file", name, open: () => open(path) };
}

async function open(path: string): Promise<OpenedFile> {
  const { blob, size, lastModified } = await openFile(path);
  return { content: blob, size, lastModified };
}
