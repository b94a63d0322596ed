/**
 * Temporary files for Node, held by their descriptors alone: their names are taken away at once, so that nothing stays behind
 * however the process ends. Used only by the entry for Node.
 */
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromFailure } from "../errors.js";
import { shortRead } from "../source/failure.js";
import { LazyBlob } from "../source/lazy.js";
import type { Spool } from "../source/spool.js";

/** Makes a temporary file that only this user may read. */
export async function diskSpool(): Promise<Spool> {
  const folder = await mkdtemp(join(tmpdir(), "hubferry-"));
  const handle = await open(join(folder, "spooled"), "wx+", 0o600);
  const forget = (): Promise<void> => rm(folder, { recursive: true, force: true }).catch(() => undefined);
  // Where an open file keeps its name (Windows), it goes when it is closed.
  await forget();
  let size = 0;
  const read = async (start: number, end: number): Promise<Uint8Array<ArrayBuffer>> => {
    const bytes = new Uint8Array(end - start);
    for (let filled = 0; filled < bytes.length;) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
      if (bytesRead === 0) throw fromFailure(shortRead(bytes.length, filled));
      filled += bytesRead;
    }
    return bytes;
  };
  return {
    write: async (bytes) => {
      await handle.writeFile(bytes);
      size += bytes.length;
    },
    finish: () => Promise.resolve(new LazyBlob({ read }, 0, size)),
    remove: async () => {
      await handle.close().catch(() => undefined);
      await forget();
    },
  };
}
