/**
 * What was dropped or pasted.
 *
 * Invariant: everything is taken out of the `DataTransfer` at once, synchronously: after the event's handler returns, or
 * its first `await`, browsers empty it.
 */
import { toEntry } from "./entries.js";
import type { Directory, Entry } from "./walk.js";

/** A drop: a tree where the browser gives one, else its files. */
export type Dropped = { readonly tree: Directory } | { readonly files: ArrayLike<File> };

/**
 * Takes everything out of a drop.
 *
 * Shape: one folder alone stands for its contents; several things keep their names.
 */
export function takeDropped(transfer: DataTransfer): Dropped {
  const entries: Entry[] = [];
  const files: File[] = [];
  for (const item of Array.from(transfer.items)) {
    if (item.kind !== "file") continue;
    const entry = "webkitGetAsEntry" in item ? item.webkitGetAsEntry() : null;
    const file = entry === null ? item.getAsFile() : null;
    if (entry !== null) entries.push(toEntry(entry));
    if (file !== null) files.push(file);
  }
  if (entries.length === 0) return { files: files.length > 0 ? files : transfer.files };
  for (const file of files) {
    const { name, size, lastModified } = file;
    entries.push({ kind: "file", name, open: () => Promise.resolve({ content: file, size, lastModified }) });
  }
  const [only] = entries;
  if (entries.length === 1 && only?.kind === "directory") return { tree: only.directory };
  return { tree: { list: () => Promise.resolve(entries) } };
}

/** Also true for one from another window. */
export function isDataTransfer(value: object): value is DataTransfer {
  return "items" in value && "files" in value && "getData" in value;
}
