// Builds a page with Vite: `hubferry` is what the tarball installs, everything else is resolved as from these tests.
import { join } from "node:path";
import { build } from "vite";
import { root } from "./environment.mjs";
import { project } from "./project.mjs";

/** Builds the HTML files of a folder into another one. */
export async function bundle({ from, pages, into }) {
  const installed = {
    name: "installed",
    enforce: "pre",
    // The importer must be a file that exists, or Vite looks from the page's own folder.
    async resolveId(source, importer) {
      // What the package keeps to itself, for measurements: beside its entry, as the entry's own code finds it.
      if (source === "hubferry-wasm") {
        const entry = await this.resolve("hubferry/core", join(project(), "package.json"), { skipSelf: true });
        return await this.resolve("../wasm/core.js", entry.id, { skipSelf: true });
      }
      if (/^hubferry(\/|$)/.test(source))
        return await this.resolve(source, join(project(), "package.json"), { skipSelf: true });
      if (source.startsWith("@huggingface/") && importer?.startsWith(from)) {
        return await this.resolve(source, join(root, "pkg-tests/package.json"), { skipSelf: true });
      }
      return null;
    },
  };
  await build({
    configFile: false,
    root: from,
    base: "./",
    logLevel: "error",
    plugins: [installed],
    build: {
      outDir: into,
      emptyOutDir: true,
      target: "es2022",
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rollupOptions: { input: pages.map((page) => join(from, page)) },
    },
    worker: { format: "es", plugins: () => [installed] },
  });
  return into;
}
