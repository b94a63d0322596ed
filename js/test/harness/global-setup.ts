// Makes sure that the embedded Hub is built, and tells the tests where it is.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Path of the embedded Hub's program. */
    localHub: string;
  }
}

const root = fileURLToPath(new URL("../../../", import.meta.url));

export default function setup(project: TestProject): void {
  const program = process.env["HUBFERRY_LOCAL_HUB"] ?? `${root}target/bin/hubferry-local-hub`;
  if (!existsSync(program)) execFileSync(`${root}scripts/build/hub.sh`, { cwd: root, stdio: "inherit" });
  if (!existsSync(program)) throw new Error(`${program} is not there: build it, or unset HUBFERRY_LOCAL_HUB`);
  project.provide("localHub", program);
}
