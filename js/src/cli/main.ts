#!/usr/bin/env node
/**
 * `npx hubferry`: the command line.
 *
 * What is asked for most often in scripts, the version, is answered here; everything else is loaded when it is needed.
 */
import { readFileSync } from "node:fs";

/** The version in the package's manifest. */
function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  return (manifest as { version: string }).version;
}

// Whoever reads may have enough before all is written. A failed write is told when everything else is done, so this stays.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

const words = process.argv.slice(2);
if (words.length === 1 && ["--version", "-V", "version"].includes(words[0] ?? "")) {
  process.stdout.write(`${version()}\n`);
} else {
  const { run } = await import("./run.js");
  // The process ends by itself, when all is written and closed.
  process.exitCode = await run(words, version());
}
