// The matrix as people and programs read it.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../harness/environment.mjs";

const HEAD = ["bundler or runtime", "version", "browser", "Xet push", "read back", "LFS push", "read back"];

const line = (cells) => `| ${cells.join(" | ")} |`;

/** The rows as a table of Markdown, with what is to be noted of a cell below it. */
export function table(rows) {
  const notes = [];
  const said = (cell) => {
    if (cell === undefined) return ["–", "–"];
    if (cell.note !== undefined) notes.push(cell.note);
    return [`${cell.seconds} s`, `${cell.files} files${cell.note === undefined ? "" : ` (${notes.length})`}`];
  };
  const texts = rows.map(({ name, version, browser, xet, lfs }) => [
    name,
    version,
    browser ?? "",
    ...said(xet),
    ...said(lfs),
  ]);
  const widths = HEAD.map((head, i) => Math.max(head.length, ...texts.map((text) => text[i].length)));
  const padded = (text) => line(text.map((cell, i) => cell.padEnd(widths[i])));
  return [
    padded(HEAD),
    line(widths.map((width) => "-".repeat(width))),
    ...texts.map(padded),
    ...notes.map((note, i) => `\n(${i + 1}) ${note}`),
  ].join("\n");
}

/** Leaves the rows in target/, and gives where. */
export function keep(rows) {
  const file = join(root, "target/matrix/matrix.json");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ rows }, null, 2)}\n`);
  return file;
}
