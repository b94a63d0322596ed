// `contents.mjs TARBALL`: what is in the package, as a list by folder; and that nothing is there which nobody asked for, and nothing
// missing that its manifest names.
import { spawnSync } from "node:child_process";

const [, , tarball] = process.argv;
/** What a user needs, and no other kind of file: sources come by the source maps. */
const WANTED = [
  /^(package\.json|LICENSE|README\.md|CHANGELOG\.md)$/,
  /^dist\/.+\.(js|js\.map|d\.ts)$/,
  /^dist\/wasm(-threads)?\/core_bg\.wasm$/,
];

function tar(...words) {
  const { status, stdout, stderr } = spawnSync("tar", words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`tar ${words.join(" ")}: ${stderr}`);
  return stdout;
}

/** All values of nested conditions. */
const targets = (value) => (typeof value === "string" ? [value] : Object.values(value).flatMap(targets));

const files = new Map();
for (const line of tar("-tvzf", tarball).trimEnd().split("\n")) {
  const [, , size, , , path] = line.split(/\s+/);
  files.set(path.replace(/^package\//, ""), Number(size));
}
const { bin, exports } = JSON.parse(tar("-xzOf", tarball, "package/package.json"));

const wrong = [...files.keys()]
  .filter((path) => !WANTED.some((pattern) => pattern.test(path)))
  .map((path) => `${path} is in the package and nobody needs it`);
for (const target of new Set([...targets(bin), ...targets(exports)].map((path) => path.replace("./", "")))) {
  if (!files.has(target)) wrong.push(`package.json names ${target}, which is not there`);
}

const folders = new Map();
for (const [path, size] of files) {
  const name = path.startsWith("dist/")
    ? path
        .split("/")
        .slice(0, path.split("/").length > 2 ? 2 : 1)
        .join("/")
    : path;
  const { count = 0, bytes = 0 } = folders.get(name) ?? {};
  folders.set(name, { count: count + 1, bytes: bytes + size });
}
for (const [name, { count, bytes }] of [...folders].sort(([a], [b]) => (a < b ? -1 : 1))) {
  console.log(`${String(count).padStart(5)} ${String(Math.ceil(bytes / 1024)).padStart(6)} KiB  ${name}`);
}
for (const line of wrong) console.error(line);
process.exitCode = wrong.length === 0 ? 0 : 1;
