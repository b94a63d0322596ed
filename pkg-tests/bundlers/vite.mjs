// Vite, as it comes.
import { build, version } from "vite";
import { join } from "node:path";

export const name = "Vite";
export { version };

/** Builds the page of a project into a folder. */
export async function bundle(folder) {
  const out = join(folder, "dist");
  await build({
    configFile: false,
    root: folder,
    base: "./",
    logLevel: "error",
    build: { outDir: out, emptyOutDir: true, target: "es2022", assetsInlineLimit: 0 },
    worker: { format: "es" },
  });
  return out;
}
