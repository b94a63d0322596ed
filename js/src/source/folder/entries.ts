/** Folders as a drop gives them: `FileSystemEntry`, the one form that every browser has. */
import { fingerprint } from "../blob.js";
import { rememberOrigin } from "../origin.js";
import { inTime } from "../patience.js";
import type { Directory, Entry, OpenedFile } from "./walk.js";

/** A dropped folder. */
export function entryDirectory(folder: FileSystemDirectoryEntry): Directory {
  return {
    async list() {
      const reader = folder.createReader();
      const found: Entry[] = [];
      // A call brings at most 100 entries in Chromium; none means the end.
      for (;;) {
        const batch = await inTime(
          new Promise<FileSystemEntry[]>((resolve, reject) => {
            reader.readEntries(resolve, reject);
          }),
        );
        if (batch.length === 0) return found;
        for (const entry of batch) found.push(toEntry(entry));
      }
    },
  };
}

/** One dropped thing. */
export function toEntry(entry: FileSystemEntry): Entry {
  if (isDirectoryEntry(entry)) return { kind: "directory", name: entry.name, directory: entryDirectory(entry) };
  if (isFileEntry(entry)) return { kind: "file", name: entry.name, open: () => openEntry(entry) };
  return { kind: "other", name: entry.name, reason: "neither a file nor a folder" };
}

/** Also true for one from another window. */
export function isDirectoryEntry(value: object): value is FileSystemDirectoryEntry {
  return "isDirectory" in value && value.isDirectory === true && "createReader" in value;
}

function isFileEntry(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile && "file" in entry;
}

async function openEntry(entry: FileSystemFileEntry): Promise<OpenedFile> {
  const file = await fileOf(entry);
  const taken = fingerprint(file);
  return { content: rememberOrigin(file, taken, async () => fingerprint(await fileOf(entry))), ...taken };
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => {
    entry.file(resolve, reject);
  });
}
