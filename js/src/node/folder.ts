/**
 * Folders on disk for Node. Links to files are followed; links to folders are not entered, as Python's walk does not.
 *
 * Used only by the entry for Node.
 */
import { lstat, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { explain, openFile } from "./disk.js";
import { InvalidInputError } from "../errors.js";
import { Pace } from "../pace.js";
import { NO_UNICODE } from "../source/folder/name.js";
import type { Directory, Entry, OpenedFile } from "../source/folder/walk.js";
import { inTime } from "../source/patience.js";

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
      const found = await inTime(readdir(folder, { withFileTypes: true })).catch((error: unknown) => {
        throw explain(error);
      });
      const pace = new Pace();
      const entries: Entry[] = [];
      for (const entry of found) {
        if (await isMisread(folder, entry.name)) entries.push({ kind: "other", name: entry.name, reason: NO_UNICODE });
        else entries.push(entry.isSymbolicLink() ? await followLink(folder, entry.name) : toEntry(folder, entry));
        if (pace.due) await pace.turn();
      }
      return entries;
    },
  };
}

interface DirectoryEntry {
  readonly name: string;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

function toEntry(folder: string, entry: DirectoryEntry): Entry {
  const { name } = entry;
  const path = join(folder, name);
  if (entry.isDirectory()) return { kind: "directory", name, directory: diskDirectory(path) };
  if (entry.isFile()) return { kind: "file", name, open: () => open(path) };
  return { kind: "other", name, reason: "neither a file nor a folder" };
}

/** Whether a name stands for bytes that are no text: Node puts the replacement character there, and nothing has the name that this makes. */
async function isMisread(folder: string, name: string): Promise<boolean> {
  if (!name.includes("\ufffd")) return false;
  return await lstat(join(folder, name)).then(
    () => false,
    (error: unknown) => (error as { code?: unknown }).code === "ENOENT",
  );
}

async function followLink(folder: string, name: string): Promise<Entry> {
  const path = join(folder, name);
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
