/** The wasm of this package, from the disk. */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";

const file = new URL("../wasm/core_bg.wasm", import.meta.url);

/** Its bytes. */
export async function wasm(): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(file));
}

/** Compiled at once, for those who cannot wait. */
export function wasmNow(): WebAssembly.Module {
  return new WebAssembly.Module(new Uint8Array(readFileSync(file)));
}
