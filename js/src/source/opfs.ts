/**
 * Files in the origin's private storage, for browsers. They go when their push ends; what a page leaves behind that was closed
 * meanwhile goes before the next one is made: a file belongs to whoever holds the lock of its name.
 */
import type { Spool } from "./spool.js";

/** Folder in the private storage, and the beginning of the locks' names. */
const FOLDER = "hubferry-spool";

/** Makes a file in the private storage; nothing where there is none that can be written, as in some private windows. */
export async function opfsSpool(): Promise<Spool | undefined> {
  try {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
    await sweep(folder);
    const name = crypto.randomUUID();
    const unlock = await lock(name);
    try {
      return await create(folder, name, unlock);
    } catch (error) {
      unlock();
      throw error;
    }
  } catch {
    return undefined;
  }
}

async function create(folder: FileSystemDirectoryHandle, name: string, unlock: () => void): Promise<Spool> {
  const handle = await folder.getFileHandle(name, { create: true });
  const writable = await handle.createWritable();
  return {
    write: (bytes) => writable.write(bytes),
    finish: async () => {
      await writable.close();
      return await handle.getFile();
    },
    remove: async () => {
      // Fails when it was closed, which is as well.
      await writable.abort().catch(() => undefined);
      await folder.removeEntry(name).catch(() => undefined);
      unlock();
    },
  };
}

/** Takes the lock of a file; it ends with the page at the latest. */
function lock(name: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const held = navigator.locks.request(
      `${FOLDER}/${name}`,
      () =>
        new Promise<void>((unlock) => {
          resolve(unlock);
        }),
    );
    held.catch(reject);
  });
}

/** Takes files away whose page is gone. */
async function sweep(folder: FileSystemDirectoryHandle): Promise<void> {
  for await (const name of folder.keys()) {
    // Chromium writes to a file beside it first, whose name goes on behind a dot.
    const [owner = name] = name.split(".");
    await navigator.locks.request(`${FOLDER}/${owner}`, { ifAvailable: true }, async (free) => {
      if (free !== null) await folder.removeEntry(name).catch(() => undefined);
    });
  }
}
