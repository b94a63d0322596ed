// Deno and Bun in pinned versions, kept between runs outside the checkout. Neither runs an install script: the programs lie in packages.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { keptFolder } from "../harness/environment.mjs";

// No lock file: each package names the programs of its own version for all machines, and npm would lock only those for this one.
const manifest = join(import.meta.dirname, "package.json");

function installed() {
  const key = createHash("sha256").update(readFileSync(manifest)).digest("hex").slice(0, 16);
  return keptFolder(`runtimes-${key}`, (folder) => {
    cpSync(manifest, join(folder, "package.json"));
    const flags = [
      "install",
      "--silent",
      "--no-package-lock",
      "--no-audit",
      "--no-fund",
      "--ignore-scripts",
      "--prefer-offline",
    ];
    const { status, stderr } = spawnSync("npm", flags, { cwd: folder, encoding: "utf8" });
    if (status !== 0) throw new Error(`npm install of the runtimes failed: ${stderr}`);
  });
}

/** The one program of that name in the packages of a scope, whichever of them fits this machine. */
function program(scope, paths) {
  const folder = join(installed(), "node_modules", scope);
  for (const name of readdirSync(folder)) {
    for (const path of paths) {
      const file = join(folder, name, path);
      // Of two builds for this machine, one may need what its processor does not have.
      if (spawnSync(file, ["--version"]).status === 0) return file;
    }
  }
  throw new Error(`no program of ${scope} runs here`);
}

/** The command that runs a script, and the version. */
export const runtimes = {
  "Node 20": () => ({ command: [process.execPath], version: process.versions.node }),
  Deno: () => {
    const file = program("@deno", ["deno"]);
    return { command: [file, "run", "--allow-all", "--no-prompt"], version: versionOf(file) };
  },
  Bun: () => {
    const file = program("@oven", ["bin/bun"]);
    return { command: [file, "run"], version: versionOf(file) };
  },
};

const versionOf = (file) => /\d+\.\d+\.\d+/.exec(spawnSync(file, ["--version"], { encoding: "utf8" }).stdout)[0];
