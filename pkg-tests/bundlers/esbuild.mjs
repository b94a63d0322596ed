// esbuild, which does not follow `new URL(…, import.meta.url)`: the worker is an entry, the wasm a copied file, and the page says where.
import { cpSync } from "node:fs";
import { join } from "node:path";
import { build, version } from "esbuild";
import { packageFile } from "./package-file.mjs";

export const name = "esbuild";
export { version };

/** Builds the page of a project into a folder. */
export async function bundle(folder) {
  const out = join(folder, "dist");
  await build({
    absWorkingDir: folder,
    entryPoints: { page: "page-served.js", "hubferry-worker": "hubferry/worker.js" },
    bundle: true,
    format: "esm",
    splitting: true,
    minify: true,
    target: "es2022",
    outdir: out,
    logLevel: "warning",
    logOverride: { "empty-import-meta": "error" },
  });
  cpSync(packageFile(folder, "hubferry/core.wasm"), join(out, "core_bg.wasm"));
  cpSync(join(folder, "index.html"), join(out, "index.html"));
  return out;
}
