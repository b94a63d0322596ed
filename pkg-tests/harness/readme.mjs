// The examples of README.md.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./environment.mjs";

/** The code blocks below a line `<!-- example: NAME -->`: name → { language, code }. */
export function examples() {
  const found = new Map();
  const text = readFileSync(join(root, "README.md"), "utf8");
  for (const [, name, language, code] of text.matchAll(/<!-- example: ([a-z-]+) -->\n+```([a-z]+)\n(.*?)\n```/gs)) {
    found.set(name, { language, code });
  }
  return found;
}
