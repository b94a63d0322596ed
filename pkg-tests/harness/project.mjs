// A project as a user has one: the packed package installed from its tarball, and nothing of this checkout.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { cache, tarball, temporaryFolder } from "./environment.mjs";

/** The project's folder; installed once per tarball. */
export function project() {
  const file = tarball();
  const name = createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 16);
  const folder = join(cache, `project-${name}`);
  if (existsSync(folder)) return folder;
  const work = temporaryFolder("install");
  mkdirSync(join(work, "project"));
  writeFileSync(join(work, "project/package.json"), '{ "private": true, "type": "module" }\n');
  const { status, stderr } = spawnSync(
    "npm",
    ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", file],
    { cwd: join(work, "project"), encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`npm install of the tarball failed: ${stderr}`);
  try {
    renameSync(join(work, "project"), folder);
  } catch (error) {
    // Somebody else was faster with the same tarball.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** Imports a module as a file of the project would. */
export function importInstalled(name) {
  return import(pathToFileURL(createRequire(join(project(), "index.js")).resolve(name)).href);
}
