/**
 * What a drop or a choice is as a whole: the only folder in it, and the browser's handle to that folder, by which it can be read
 * again after the page was closed.
 *
 * Must be asked in the very event: a drop is empty afterwards.
 */
import type { Source } from "./listing.js";

/** What is dropped or chosen at once. */
export interface Batch {
  /** The only folder in it, when it is one. */
  readonly folder: string | undefined;
  /** The handle to that folder, where the browser gives one. Never rejects. */
  readonly handle?: Promise<FileSystemDirectoryHandle | undefined> | undefined;
}

/** Looks what a source is as a whole. */
export function batchOf(source: Source): Batch {
  if (isHandle(source)) return { folder: source.name, handle: Promise.resolve(source) };
  return isDrop(source) ? batchOfDrop(source) : { folder: commonFolder(source) };
}

function batchOfDrop(drop: DataTransfer): Batch {
  const items = Array.from(drop.items).filter(({ kind }) => kind === "file");
  const entries = items.map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const [only] = entries;
  if (entries.length !== 1 || only?.isDirectory !== true) return { folder: undefined };
  return { folder: only.name, handle: handleOf(items[0]) };
}

// Asked in an insecure page, Chromium has crashed.
function handleOf(item: DataTransferItem | undefined): Batch["handle"] {
  const asker = item as { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> } | undefined;
  if (!isSecureContext || asker?.getAsFileSystemHandle === undefined) return undefined;
  return asker.getAsFileSystemHandle().then(
    (handle) => (handle !== null && isHandle(handle) ? handle : undefined),
    () => undefined,
  );
}

/** The first folder of files that a dialog names by it: the only one among them, if it is. */
function commonFolder(files: FileList | readonly File[]): string | undefined {
  const first = files[0]?.webkitRelativePath ?? "";
  const top = first.slice(0, first.indexOf("/") + 1);
  if (top === "") return undefined;
  // There may be a hundred thousand of them, and the person waits.
  for (let at = 1; at < files.length; at += 1)
    if (files[at]?.webkitRelativePath.startsWith(top) !== true) return undefined;
  return top.slice(0, -1);
}

function isDrop(source: Source): source is DataTransfer {
  return source instanceof DataTransfer;
}

/** Milliseconds that a handle is waited for: a browser may be asking the person about it, and a push does not need it. */
const HANDLE_MS = 200;

/** The handle, if the browser has given it by now. */
export function handleByNow(handle: Batch["handle"]): Promise<FileSystemDirectoryHandle | undefined> {
  const late = new Promise<undefined>((resolve) => {
    setTimeout(resolve, HANDLE_MS, undefined);
  });
  return Promise.race([handle ?? Promise.resolve(undefined), late]);
}

/** Whether something is a folder's handle, also one from another window. */
export function isHandle(source: object): source is FileSystemDirectoryHandle {
  return "kind" in source && source.kind === "directory";
}
