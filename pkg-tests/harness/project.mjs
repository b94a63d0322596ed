// A project as a user has one: the packed package installed from its tarball, and nothing of this checkout.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { keptFolder, tarball, temporaryFolder } from "./environment.mjs";

/** The project's folder; installed once per tarball. */
export function project() {
  const file = tarball();
  const key = createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 16);
  return keptFolder(`project-${key}`, (folder) => {
    writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
    const flags = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"];
    const { status, stderr } = spawnSync("npm", ["install", ...flags, file], { cwd: folder, encoding: "utf8" });
    if (status !== 0) throw new Error(`npm install of the tarball failed: ${stderr}`);
  });
}

/** A folder for scripts that use the package; goes when this process ends. */
export function workFolder() {
  const folder = temporaryFolder("work");
  symlinkSync(join(project(), "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  return folder;
}

/** Imports a module as a file of the project would. */
export function importInstalled(name) {
  return import(pathToFileURL(createRequire(join(project(), "index.js")).resolve(name)).href);
}
