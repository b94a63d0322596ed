// Bundles each entry of the package as a page would (minified, with its worker), compresses, compares with the budget.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const budget = JSON.parse(readFileSync("size-budget.json", "utf8"));

const gzip = (data) => gzipSync(data, { level: 9 }).length;

/** Compressed bytes of all scripts that a page needs which imports this entry. */
async function scripts(entry) {
  const { output } = await build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      minify: true,
      modulePreload: false,
      assetsInlineLimit: 0,
      rollupOptions: { input: entry, preserveEntrySignatures: "strict" },
    },
    worker: { format: "es" },
  });
  return output
    .filter((file) => file.fileName.endsWith(".js"))
    .reduce((sum, file) => sum + gzip(file.type === "chunk" ? file.code : file.source), 0);
}

let over = false;
for (const [file, limit] of Object.entries(budget.gzipBytes)) {
  const bytes = file.endsWith(".wasm") ? gzip(readFileSync(file)) : await scripts(file);
  const fits = bytes <= limit;
  over ||= !fits;
  console.log(`${file}: ${bytes} of ${limit} bytes${fits ? "" : "  OVER BUDGET"}`);
}
process.exit(over ? 1 : 0);
