// The matrix as people and programs read it.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../harness/environment.mjs";

const HEAD = ["bundler or runtime", "version", "browser", "Xet push", "read back", "LFS push", "read back"];

const line = (cells) => `| ${cells.join(" | ")} |`;
const said = (cell) => (cell === undefined ? ["–", "–"] : [`${cell.seconds} s`, `${cell.files} files`]);

/** The rows as a table of Markdown. */
export function table(rows) {
  const texts = rows.map(({ name, version, browser, xet, lfs }) => [
    name,
    version,
    browser ?? "",
    ...said(xet),
    ...said(lfs),
  ]);
  const widths = HEAD.map((head, i) => Math.max(head.length, ...texts.map((text) => text[i].length)));
  const padded = (text) => line(text.map((cell, i) => cell.padEnd(widths[i])));
  return [padded(HEAD), line(widths.map((width) => "-".repeat(width))), ...texts.map(padded)].join("\n");
}

/** Leaves the rows in target/, and gives where. */
export function keep(rows) {
  const file = join(root, "target/matrix/matrix.json");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ rows }, null, 2)}\n`);
  return file;
}
