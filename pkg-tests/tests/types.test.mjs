// The types of the packed package, as TypeScript sees them in somebody's project: with Node's resolution and with a bundler's.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { root, temporaryFolder } from "../harness/environment.mjs";
import { project } from "../harness/project.mjs";
import { examples } from "../harness/readme.mjs";

/** Compiles sources (name → text) strictly, with these packages installed beside ours; gives what the compiler says. */
function compile(sources, packages, options) {
  const folder = temporaryFolder("types");
  const link = (from, name) => {
    const target = join(folder, "node_modules", name);
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(join(from, "node_modules", name), target);
  };
  link(project(), "hubferry");
  link(project(), "lit");
  for (const name of packages) link(root, name);
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  for (const [name, text] of Object.entries(sources)) writeFileSync(join(folder, name), text);
  const compilerOptions = {
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    target: "es2022",
    lib: ["es2022", "dom", "dom.iterable", "dom.asynciterable"],
    types: [],
    skipDefaultLibCheck: true,
    ...options,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: Object.keys(sources) }));
  const { stdout, stderr } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", folder], { encoding: "utf8" });
  return stdout + stderr;
}

const source = (name) => readFileSync(join(root, "pkg-tests/types", name), "utf8");
const asPeer = (text) => text.replace('from "hubferry"', 'from "@huggingface/hub"');

/** What the examples leave open. */
const GIVEN = `declare const accessToken: string;
declare const dropZone: HTMLElement;
declare const folder: DataTransfer;
declare const bar: HTMLProgressElement;
declare interface Env {
  HF_TOKEN: string;
  UPLOAD_TOKEN: string;
}
`;

// Not an error, this line would be one.
const WRONG = `import { uploadFile } from "hubferry";
// @ts-expect-error: there is no file
await uploadFile({ repo: "me/model" });
`;

const CORE = `import { Chunker, chunkFile, sha256Many, type Chunk } from "hubferry/core";
declare const files: FileList;
const [file] = files;
export const oids: string[] = await sha256Many(files);
export const chunks: Chunk[] = file === undefined ? [] : (await chunkFile(file)).chunks;
{
  using chunker = new Chunker();
  chunks.push(...chunker.add(new Uint8Array(3)), ...chunker.finish());
}
`;

describe("types", () => {
  const migrated = source("migrated.ts");

  test("a page's project, without the types of Node: programs for @huggingface/hub and the examples of README.md compile", () => {
    const snippets = [...examples()].filter(([, { language }]) => language === "ts");
    assert.equal(snippets.length, 4);
    const sources = Object.fromEntries(snippets.map(([name, { code }]) => [`${name}.ts`, `${GIVEN}${code}`]));
    const options = { module: "esnext", moduleResolution: "bundler" };
    assert.equal(compile({ ...sources, "migrated.ts": migrated, "wrong.ts": WRONG }, [], options), "");
  });

  test("the examples of docs/quickstart.md compile", () => {
    const found = examples("docs/quickstart.md");
    assert.deepEqual([...found.keys()], ["push", "page", "served", "disk"]);
    const sources = Object.fromEntries([...found].map(([name, { code }]) => [`${name}.ts`, `${GIVEN}${code}`]));
    assert.equal(compile(sources, [], { module: "esnext", moduleResolution: "bundler" }), "");
  });

  test("hubferry/core: its objects can be declared with using, and those who compile for older languages need not know it", () => {
    const options = { module: "esnext", moduleResolution: "bundler" };
    const lib = ["esnext", "dom", "dom.iterable", "dom.asynciterable"];
    assert.equal(compile({ "core.ts": CORE }, [], { ...options, target: "esnext", lib }), "");
    const older = CORE.replace("using chunker", "const chunker");
    assert.equal(compile({ "core.ts": older }, [], options), "");
  });

  test("a project of Node, with @huggingface/hub beside: functions and results can stand in for each other", () => {
    const sources = { "migrated.ts": migrated, "peer.ts": asPeer(migrated), "assignable.ts": source("assignable.ts") };
    const options = { module: "nodenext", moduleResolution: "nodenext", types: ["node"], skipLibCheck: true };
    assert.equal(compile(sources, ["@huggingface/hub", "@types/node"], options), "");
  });
});
