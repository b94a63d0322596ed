// The examples of README.md and of the documents.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./environment.mjs";

/** The code blocks of a document below a line `<!-- example: NAME -->`: name → { language, code }. */
export function examples(document = "README.md") {
  const found = new Map();
  const text = readFileSync(join(root, document), "utf8");
  for (const [, name, language, code] of text.matchAll(/<!-- example: ([a-z-]+) -->\n+```([a-z]+)\n(.*?)\n```/gs)) {
    found.set(name, { language, code });
  }
  return found;
}
