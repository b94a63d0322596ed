// A folder that is hard to push: more than 300 files, nested, one folder with more than 100 entries, texts and binaries, odd names,
// empty files, equal files, a file of 30 MB. The bytes are the same each time. At full size (HUBFERRY_FULL=1, as `make soak` sets it)
// the large file has 1 GB, and there are 3,000 more.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sha256 } from "./compare.mjs";
import { FULL, keptFolder } from "./environment.mjs";

/** Bytes that neither compress nor change: a xorshift generator. Seeds differ from 0. */
export function noise(size, seed) {
  const words = new Uint32Array(Math.ceil(size / 4));
  let x = seed;
  for (let i = 0; i < words.length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[i] = x;
  }
  return Buffer.from(words.buffer, 0, size);
}

/** Text of about that many bytes. */
export function prose(size, seed) {
  const words = ["tide", "ferry", "harbour", "été", "潮", "gauge", "slack", "ebb", "spring", "neap"];
  const numbers = noise(Math.ceil(size / 4), seed);
  const out = [];
  let length = 0;
  for (let i = 0; length < size; i++) {
    const word = words[numbers[i % numbers.length] % words.length];
    out.push(word, i % 12 === 11 ? "\n" : " ");
    length += Buffer.byteLength(word) + 1;
  }
  return Buffer.from(out.join(""));
}

/** The name that would be an element, if anybody took it for HTML. */
export const HTML_NAME = "<img src=x onerror=alert(1)>";

/** Names that something on the way might read as something else. */
export const ODD_NAMES = [
  "two  spaces.txt",
  " leading and trailing ",
  "#fragment",
  "100%",
  "100%25.txt",
  "what?",
  "a&b=c",
  "a+b",
  'it\'s "quoted"',
  "semi;colon, comma",
  "[brackets] {braces} (round)",
  "star*",
  "dollar$ and `tick`",
  "pipe|tilde~caret^",
  "emoji 🛳️👩‍🔬.txt",
  // e and a combining accent, as some systems hand names out.
  "cafe\u0301.txt",
  "日本語の名前.txt",
  "한국어.txt",
  "עברית ועוד.txt",
  "العربية.txt",
  ".leading-dot",
  "-leading-dash",
  "--",
  "...dots",
  HTML_NAME,
  "&lt;b&gt;.txt",
  "javascript:alert(1)",
  "constructor",
  "__proto__",
  `${"long".repeat(49)}.txt`,
];

/** Bytes of the largest file. */
export const LARGE_BYTES = FULL ? 1_000_000_000 : 30_000_000;

/** All files of the folder: path → content. */
export function fixtureFiles({ largeBytes = LARGE_BYTES } = {}) {
  const files = new Map();
  const add = (path, content) => files.set(path, Buffer.from(content));
  for (let i = 0; FULL && i < 3000; i++) add(`crowd/${i % 7}/${i}.json`, `{ "n": ${i} }\n`);
  add("README.md", "---\nlicense: apache-2.0\n---\n\n# A folder that is hard to push\n");
  for (let i = 0; i < 130; i++) add(`many/${String(i).padStart(3, "0")}.csv`, `id,value\n${i},${i * i}\n`);
  for (let i = 0; i < 90; i++) add(`texts/${i % 9}/${i % 3}/note ${i}.md`, prose(200 + 37 * i, i + 1));
  for (let i = 0; i < 40; i++) add(`binaries/${i % 5}/sample-${i}.dat`, noise(1000 + 777 * i, i + 1000));
  for (let i = 0; i < 12; i++) add(`${"deep/".repeat(i + 1)}level-${i + 1}.txt`, `level ${i + 1}\n`);
  for (const name of ODD_NAMES) add(`odd/${name}`, `content of ${name}\n`);
  add("odd/folder & 100% #1/<b>inner</b>/file?.txt", "below odd folders\n");
  for (const path of ["empty.txt", "empty.bin", "nested/empty/.gitkeep"]) add(path, "");
  add("one-byte", "x");
  add("no-newline", "no newline at the end");
  add("crlf.txt", "one\r\ntwo\r\n");
  add("utf16.txt", Buffer.from("\ufeffinterior zeros", "utf16le"));
  // Large by name, by look and by size.
  add("weights/tiny.safetensors", noise(3000, 7));
  add("weights/equal-a.bin", noise(400_000, 8));
  add("weights/equal-b.bin", noise(400_000, 8));
  add("texts/equal-a.txt", "the same text\n");
  add("texts/equal-b.txt", "the same text\n");
  add("texts/large.txt", prose(11_000_000, 9));
  add("weights/model.bin", noise(largeBytes, 10));
  return files;
}

/** Writes files into a folder. */
export function writeFolder(folder, files) {
  for (const [path, content] of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** The folder on disk, shared by all runs of the same generator. Must not be changed. */
export function fixtureFolder() {
  const key = sha256(readFileSync(fileURLToPath(import.meta.url))).slice(0, 16) + (FULL ? "-full" : "");
  // The name of a dropped folder is shown, so it is one for people.
  const name = "hard to push";
  return join(
    keptFolder(`fixture-${key}`, (folder) => writeFolder(join(folder, name), fixtureFiles())),
    name,
  );
}
