// No bundler: the browser loads the package's own modules, and an import map says where they are.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const name = "no bundler";
export const version = "";

const MAP = '<script type="importmap">{ "imports": { "hubferry": "./hubferry/entry/browser.js" } }</script>';

/** Lays the page and the package beside each other. */
export function bundle(folder) {
  const out = join(folder, "dist");
  for (const file of ["files.js", "story.js", "page.js"]) cpSync(join(folder, file), join(out, file));
  const page = readFileSync(join(folder, "index.html"), "utf8");
  writeFileSync(join(out, "index.html"), page.replace("<script", `${MAP}\n    <script`));
  cpSync(join(folder, "node_modules/hubferry/dist"), join(out, "hubferry"), { recursive: true });
  return out;
}
