// Bundles each entry of the package as a page would (minified, with its worker), compresses, compares with the budget: a size may not
// grow beyond its limit, which goes down with the size until it stands at the goal.
import { readFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";
import { build } from "vite";

const budget = JSON.parse(readFileSync("size-budget.json", "utf8"));

/** Bytes as a server sends them that has compressed its files beforehand. */
const brotli = (data) =>
  brotliCompressSync(data, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    },
  }).length;

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
    .reduce((sum, file) => sum + brotli(file.type === "chunk" ? file.code : file.source), 0);
}

let over = false;
for (const [file, { limit, goal }] of Object.entries(budget.brotliBytes)) {
  const bytes = file.endsWith(".wasm") ? brotli(readFileSync(file)) : await scripts(file);
  const fits = bytes <= limit;
  over ||= !fits;
  const missing = goal !== undefined && bytes > goal ? `, ${bytes - goal} above the goal of ${goal}` : "";
  console.log(`${file}: ${bytes} of ${limit} bytes${missing}${fits ? "" : "  OVER BUDGET"}`);
}
process.exit(over ? 1 : 0);
