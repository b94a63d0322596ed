// Folders as digests, and what differs between two of them.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** The git blob id of a content. */
export const blobOid = (bytes) => createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");

/** path → "size digest" of files held in a map. */
export function digestsOf(files) {
  return new Map([...files].map(([path, content]) => [path, `${content.length} ${sha256(content)}`]));
}

/** path → "size digest" of all files below a folder; a top folder can be left out. */
export function digestsBelow(folder, { without = [] } = {}) {
  const files = new Map();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = relative(folder, file);
    if (without.includes(path.split("/")[0])) continue;
    const content = readFileSync(file);
    files.set(path, `${content.length} ${sha256(content)}`);
  }
  return files;
}

/** What is missing, too much or different, one line each; nothing for equal ones. */
export function differences(actual, expected) {
  const lines = [];
  for (const [path, digest] of expected) {
    const found = actual.get(path);
    if (found === undefined) lines.push(`missing: ${path}`);
    else if (found !== digest) lines.push(`different: ${path}: ${found} instead of ${digest}`);
  }
  for (const path of actual.keys()) if (!expected.has(path)) lines.push(`too much: ${path}`);
  return lines;
}
