/** Folders behind handles: those that a person chose, and the origin's private storage. */
import { draftName, type Draft, type Target } from "./target.js";

/** Files can be renamed in some browsers; where they cannot, they are copied. */
interface Movable {
  move?(folder: FileSystemDirectoryHandle, name: string): Promise<void>;
}

/** A folder behind a handle, which must be writable. */
export function handleTarget(root: FileSystemDirectoryHandle): Target {
  const folderOf = async (path: string, create: boolean): Promise<[FileSystemDirectoryHandle, string]> => {
    const names = path.split("/");
    const name = names.pop() ?? "";
    let folder = root;
    for (const step of names) folder = await folder.getDirectoryHandle(step, { create });
    return [folder, name];
  };
  return {
    async find(path) {
      try {
        const [folder, name] = await folderOf(path, false);
        return await (await folder.getFileHandle(name)).getFile();
      } catch (error) {
        // A folder in its place is found when the file is to stand there.
        if (error instanceof DOMException && /^(?:NotFound|TypeMismatch)Error$/.test(error.name)) return undefined;
        throw error;
      }
    },
    async create(path) {
      const [folder, name] = await folderOf(path, true);
      return await draft(folder, name);
    },
  };
}

/** A folder of the origin's private storage, by its path. */
export async function privateFolder(path: string): Promise<FileSystemDirectoryHandle> {
  let folder = await navigator.storage.getDirectory();
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  for (const name of names) folder = await folder.getDirectoryHandle(name, { create: true });
  return folder;
}

async function draft(folder: FileSystemDirectoryHandle, name: string): Promise<Draft> {
  const handle = await folder.getFileHandle(draftName(), { create: true });
  const writable = await handle.createWritable();
  return {
    write: (bytes) => writable.write(bytes),
    finish: async () => {
      await writable.close();
      return await handle.getFile();
    },
    keep: async () => {
      const movable = handle as Movable;
      try {
        if (movable.move === undefined) throw new TypeError("files cannot be renamed here");
        await movable.move(folder, name);
      } catch {
        // What is written to a handle appears when it is closed, and at once.
        const target = await folder.getFileHandle(name, { create: true });
        await (await handle.getFile()).stream().pipeTo(await target.createWritable());
        await folder.removeEntry(handle.name);
      }
    },
    discard: async () => {
      const { name: now } = handle;
      // Fails when it was closed, which is as well.
      await writable.abort().catch(() => undefined);
      if (now !== name) await folder.removeEntry(now).catch(() => undefined);
    },
  };
}
