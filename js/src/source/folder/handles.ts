/** Folders as a picker gives them: `FileSystemDirectoryHandle`, also those of the origin private file system. */
import { fingerprint } from "../blob.js";
import { rememberOrigin } from "../origin.js";
import { inTime } from "../patience.js";
import type { Directory, Entry, OpenedFile } from "./walk.js";

/** A picked folder. */
export function handleDirectory(folder: FileSystemDirectoryHandle): Directory {
  return {
    async list() {
      const found: Entry[] = [];
      const handles = folder.values();
      for (;;) {
        const { done, value } = await inTime(handles.next());
        if (done === true) return found;
        found.push(toEntry(value));
      }
    },
  };
}

/** Also true for one from another window. */
export function isDirectoryHandle(value: object): value is FileSystemDirectoryHandle {
  return "kind" in value && value.kind === "directory" && "values" in value;
}

function toEntry(handle: FileSystemHandle): Entry {
  if (isDirectoryHandle(handle)) return { kind: "directory", name: handle.name, directory: handleDirectory(handle) };
  return { kind: "file", name: handle.name, open: () => openHandle(handle as FileSystemFileHandle) };
}

async function openHandle(handle: FileSystemFileHandle): Promise<OpenedFile> {
  const file = await handle.getFile();
  const taken = fingerprint(file);
  return { content: rememberOrigin(file, taken, async () => fingerprint(await handle.getFile())), ...taken };
}
