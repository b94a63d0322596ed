/** The entry for Node, Deno and Bun: the wasm from disk, hashing by OpenSSL, files and folders by path. */
import { setPlatform } from "../platform.js";
import { bunTransport, isBun } from "../node/bun.js";
import { openFile } from "../node/disk.js";
import { FileJournals } from "../node/journals.js";
import { fileLock } from "../node/lock.js";
import { isFolder, openFolder } from "../node/folder.js";
import { nativeHashing } from "../node/hashing.js";
import { diskSpool } from "../node/spool.js";
import { diskTarget } from "../node/target.js";
import { wasm, wasmNow } from "../node/wasm.js";

setPlatform({
  wasm,
  wasmNow,
  hashing: nativeHashing,
  disk: { openFile, openFolder, openTarget: diskTarget, isFolder },
  journals: () => Promise.resolve(new FileJournals()),
  lock: fileLock(),
  spool: diskSpool,
  ...(isBun && { transport: bunTransport }),
});

export * from "../index.js";
