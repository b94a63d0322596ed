/** Temporary files for Node. They go when their push ends, or with the process. Used only by the entry for Node. */
import { rmSync } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFile } from "./disk.js";
import type { Spool } from "../source/spool.js";

/** Folders that are still there. */
const folders = new Set<string>();

function removeAll(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

/** Makes a temporary file that only this user may read. */
export async function diskSpool(): Promise<Spool> {
  const folder = await mkdtemp(join(tmpdir(), "hubferry-"));
  if (folders.size === 0) process.once("exit", removeAll);
  folders.add(folder);
  const path = join(folder, "spooled");
  const handle = await open(path, "wx", 0o600);
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await handle.close();
    isOpen = false;
  };
  return {
    write: async (bytes) => {
      await handle.writeFile(bytes);
    },
    finish: async () => {
      await close();
      return (await openFile(path)).blob;
    },
    remove: async () => {
      await close().catch(() => undefined);
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
      folders.delete(folder);
      if (folders.size === 0) process.off("exit", removeAll);
    },
  };
}
