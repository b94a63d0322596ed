// Rollup, with the plugin that finds packages. As for esbuild, the worker is an entry and the wasm a copied file.
import { cpSync } from "node:fs";
import { join } from "node:path";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { rollup, VERSION } from "rollup";
import { packageFile } from "./package-file.mjs";

export const name = "Rollup";
export const version = VERSION;

/** Builds the page of a project into a folder. */
export async function bundle(folder) {
  const out = join(folder, "dist");
  const built = await rollup({
    input: {
      page: join(folder, "page-served.js"),
      "hubferry-worker": packageFile(folder, "hubferry/worker.js"),
    },
    plugins: [nodeResolve({ browser: true })],
    onwarn: ({ message }) => {
      throw new Error(`Rollup says: ${message}`);
    },
  });
  await built.write({ dir: out, format: "es" });
  await built.close();
  cpSync(packageFile(folder, "hubferry/core.wasm"), join(out, "core_bg.wasm"));
  cpSync(join(folder, "index.html"), join(out, "index.html"));
  return out;
}
