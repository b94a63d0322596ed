// Bundles each entry of the package as a page would (minified, with its worker), compresses, compares with the budget: a size may not
// grow beyond its limit, which goes down with the size until it stands at the goal. A row with `imports` is a page that imports these
// names alone: its scripts are listed, and those are not counted that it is `spared`, as they come only where no worker does.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
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

const UPLOAD = "virtual:upload";

/** Compressed bytes of each script that a page may load which imports this entry, or these names of it, by the script's name. */
async function scripts(entry, names) {
  const imports = {
    name: "imports",
    resolveId: (id) => (id === UPLOAD ? id : undefined),
    load: (id) => (id === UPLOAD ? `export { ${names.join(", ")} } from "${resolve(entry)}";` : undefined),
  };
  const { output } = await build({
    configFile: false,
    logLevel: "error",
    plugins: [imports],
    build: {
      write: false,
      minify: true,
      modulePreload: false,
      assetsInlineLimit: 0,
      rollupOptions: { input: names ? { upload: UPLOAD } : entry, preserveEntrySignatures: "strict" },
    },
    worker: { format: "es" },
  });
  return output
    .filter((file) => file.fileName.endsWith(".js"))
    .map((file) => ({
      name: /([^/]+?)-.{8}\.js$/.exec(file.fileName)?.[1] ?? file.fileName,
      bytes: brotli(file.type === "chunk" ? file.code : file.source),
    }));
}

const sum = (files) => files.reduce((sum, { bytes }) => sum + bytes, 0);
const list = (files) => files.map(({ name, bytes }) => `${name} ${bytes}`).join(", ");

/** Compressed bytes of one row, and what they are made of. */
async function measure(row, { entry = row, imports, spared = [] }) {
  if (row.endsWith(".wasm")) return { bytes: brotli(readFileSync(row)), parts: "" };
  const files = await scripts(entry, imports);
  const missing = spared.filter((name) => !files.some((file) => file.name === name));
  if (missing.length > 0) throw new Error(`${row}: there is no script named ${missing.join(", ")}`);
  const loaded = files.filter(({ name }) => !spared.includes(name));
  const rest = files.filter(({ name }) => spared.includes(name));
  const parts = imports ? `\n  ${list(loaded)}${rest.length > 0 ? `; not loaded: ${list(rest)}` : ""}` : "";
  return { bytes: sum(loaded), parts };
}

let over = false;
for (const [row, { limit, goal, ...what }] of Object.entries(budget.brotliBytes)) {
  const { bytes, parts } = await measure(row, what);
  const fits = bytes <= limit;
  over ||= !fits;
  const missing = goal !== undefined && bytes > goal ? `, ${bytes - goal} above the goal of ${goal}` : "";
  console.log(`${row}: ${bytes} of ${limit} bytes${missing}${fits ? "" : "  OVER BUDGET"}${parts}`);
}
process.exit(over ? 1 : 0);
