/** The entry for Node: the wasm from disk, hashing by OpenSSL, files and folders by path. */
import { readFile } from "node:fs/promises";
import { setPlatform } from "../platform.js";
import { openFile } from "../node/disk.js";
import { isFolder, openFolder } from "../node/folder.js";
import { nativeHashing } from "../node/hashing.js";
import { diskSpool } from "../node/spool.js";

setPlatform({
  wasm: async () => new Uint8Array(await readFile(new URL("../wasm/core_bg.wasm", import.meta.url))),
  hashing: nativeHashing,
  disk: { openFile, openFolder, isFolder },
  spool: diskSpool,
});

export * from "../index.js";
