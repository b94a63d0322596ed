// What a bundler has made, looked through: nothing of Node in what goes to browsers, and the wasm once.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { sha256 } from "../harness/compare.mjs";
import { packageFile } from "./package-file.mjs";

const BUILTIN = new RegExp(
  `(?:\\bfrom|\\bimport|\\bimport\\(|\\brequire\\()\\s*["'](?:node:[a-z_/]+|(?:${builtinModules.join("|")}))["']`,
);
/** What is for the command line only. */
const PROGRAMS = ["cli-progress", "commander"];

/** Checks what was built in a project; gives how many scripts and bytes of them there are. */
export function lookThrough(folder, out) {
  const names = readdirSync(out, { recursive: true });
  const scripts = names.filter((name) => /\.m?js$/.test(name));
  let bytes = 0;
  for (const name of scripts) {
    const code = readFileSync(join(out, name), "utf8");
    bytes += code.length;
    assert.doesNotMatch(code, BUILTIN, `${name} imports what only Node has`);
    for (const program of PROGRAMS) assert.ok(!code.includes(program), `${name} has ${program}`);
  }
  const engines = names.filter((name) => name.endsWith(".wasm"));
  assert.equal(engines.length, 1, `the wasm is there as ${engines.join()}`);
  const shipped = sha256(readFileSync(packageFile(folder, "hubferry/core.wasm")));
  assert.equal(sha256(readFileSync(join(out, engines[0]))), shipped);
  return { scripts: scripts.length, bytes };
}
