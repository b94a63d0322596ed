/**
 * Files of the selection as they are now: a file that changed since it was chosen can be read only after it was opened again, which the
 * folder's handle allows where the browser gave one.
 */
import { handleByNow } from "./batch.js";
import type { PushFile } from "./pushing.js";
import type { Selection } from "./selection.js";

/** Opens files again by their paths; those that cannot be opened are given as they were chosen. */
export async function freshFiles(selection: Selection, paths: readonly string[]): Promise<PushFile[]> {
  const folder = await handleByNow(selection.handle);
  const files: PushFile[] = [];
  for (const path of paths) {
    const node = selection.tree.find(path);
    if (node?.kind !== "file") continue;
    const content = (folder === undefined ? undefined : await open(folder, path)) ?? node.content;
    files.push({ path, size: content.size, content });
  }
  return files;
}

async function open(folder: FileSystemDirectoryHandle, path: string): Promise<File | undefined> {
  const names = path.split("/");
  const name = names.pop() ?? "";
  try {
    let inner = folder;
    for (const each of names) inner = await inner.getDirectoryHandle(each);
    return await (await inner.getFileHandle(name)).getFile();
  } catch {
    return undefined;
  }
}
