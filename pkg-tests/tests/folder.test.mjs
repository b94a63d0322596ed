// A nasty folder on disk: the files that the package finds in it are those that Python's client and git find.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { python, root, temporaryFolder } from "../harness/environment.mjs";
import { ODD_NAMES, writeFolder } from "../harness/fixture.mjs";
import { importInstalled } from "../harness/project.mjs";

/** Left out by us, and not by Python: nobody means to publish it. */
const LITTER = [".DS_Store", "sub/Thumbs.db", "sub/desktop.ini", "sub/._data.csv", "__MACOSX/sub/._data.csv"];

const FILES = [
  "README.md",
  "empty.txt",
  "sub/data.csv",
  "sub/keep.log",
  "sub/drop.log",
  "sub/deep/er/and/deeper/x.txt",
  "build/out.js",
  "build/keep.txt",
  "sub/build/out.js",
  "node_modules/left/index.js",
  "trailing space /x ",
  "back\\slash/file\\name.txt",
  "new\nline/x",
  ".hidden/.x",
  "x.git/config",
  ".gitattributes",
  ".github/workflows/ci.yml",
  ".cached/x",
  ...ODD_NAMES.map((name) => `odd/${name}`),
  ...ODD_NAMES.map((name) => `odd folders/${name}/x.txt`),
  ...Array.from({ length: 250 }, (_, at) => `many/${at}.txt`),
];

/** Left out by everybody. */
const NEVER = [
  ".git/description",
  "sub/.git/HEAD",
  ".cache/huggingface/x",
  "sub/.cache/huggingface/download/y.metadata",
];

const IGNORE_FILES = {
  ".gitignore": "*.log\n/build/\nnode_modules\n!/build/keep.txt\ntrailing\\ *\nodd/*.txt\n!odd/emoji*\n**/deeper/\n",
  "sub/.gitignore": "!keep.log\r\nbuild\r\n",
  "odd/.gitignore": "\ufeff# odd ones\n\\#fragment\n[[:punct:]]star*\n\\[brackets]*\n!2two*\nwhat?\n*%\n",
  "odd folders/.gitignore": "--/\n/100%25.txt\n**/...dots/**\n",
};

function nastyFolder() {
  const folder = temporaryFolder("nasty");
  const contents = [...FILES, ...LITTER, ...NEVER].map((path) => [path, path === "empty.txt" ? "" : path]);
  writeFolder(folder, [...contents, ...Object.entries(IGNORE_FILES), ["README.md", "# nasty\n"]]);
  mkdirSync(join(folder, "empty/also empty"), { recursive: true });
  symlinkSync(join(folder, "sub/data.csv"), join(folder, "link.csv"));
  symlinkSync(join(folder, "sub"), join(folder, "link to folder"));
  symlinkSync("..", join(folder, "sub/loop"));
  symlinkSync("nothing", join(folder, "broken"));
  return folder;
}

function run(command, args, options) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 64 << 20, ...options });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}

/** What Python's client would commit of a folder. */
function additions(folder, patterns = {}) {
  const script = join(root, "pkg-tests/harness/additions.py");
  // It asks the Hub about a README.md, which is not what this is about.
  const input = JSON.stringify({
    folder_path: folder,
    ...patterns,
    ignore_patterns: [...(patterns.ignore_patterns ?? []), "README.md"],
  });
  return JSON.parse(run(python(), [script], { input, env: { PATH: process.env.PATH, HF_HUB_OFFLINE: "1" } }));
}

/** What git does not ignore of a folder. */
function wantedByGit(folder) {
  const env = { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  const outside = join(temporaryFolder("git"), "repo");
  run("git", ["init", "-q", "--bare", "--template=", outside], { env });
  const args = ["--git-dir", outside, "--work-tree", folder, "ls-files", "--others", "--exclude-standard", "-z"];
  return run("git", args, { env, cwd: folder })
    .split("\0")
    .filter((path) => path !== "");
}

const byPath = (paths) => [...paths].sort();

describe("a nasty folder", () => {
  let hubferry;
  let folder;
  before(async () => {
    hubferry = await importInstalled("hubferry");
    folder = nastyFolder();
  });

  async function listing(options) {
    const found = { paths: [], skipped: new Map() };
    const onSkip = (path, reason, skip) => found.skipped.set(path, { reason, ...skip });
    for await (const { path } of hubferry.collectFiles(folder, { onSkip, ...options })) found.paths.push(path);
    return found;
  }

  test("has for us the files that it has for Python, but no litter", async () => {
    const { paths, skipped } = await listing({ gitignore: false });
    const expected = additions(folder).filter((path) => !LITTER.includes(path));
    assert.ok(expected.length > 300);
    assert.deepEqual(byPath([...paths.filter((path) => path !== "README.md")]), byPath(expected));
    const why = (path) => skipped.get(path)?.by;
    assert.deepEqual(LITTER.slice(0, 4).map(why), ["system", "system", "system", "system"]);
    assert.equal(why("__MACOSX"), "system");
    assert.equal(why(".git"), "default");
    assert.equal(why("link to folder"), "kind");
    assert.equal(why("sub/loop"), "kind");
    assert.equal(why("broken"), "kind");
    assert.equal(why("empty/also empty"), "empty");
  });

  for (const [name, allow_patterns, ignore_patterns] of [
    ["some patterns", ["*.txt", "sub/"], ["many/1*", "odd*/#*"]],
    ["patterns that cover folders", undefined, ["odd*", "sub/deep/*", "node_modules/"]],
    ["patterns that cover a folder by half", undefined, ["many/*5.txt", "*/x.txt", "[!a-z]*"]],
  ])
    test(`has for us the files that it has for Python with ${name}`, async () => {
      const { paths } = await listing({
        gitignore: false,
        allowPatterns: allow_patterns,
        ignorePatterns: ignore_patterns,
      });
      const expected = additions(folder, { allow_patterns, ignore_patterns }).filter((path) => !LITTER.includes(path));
      assert.ok(expected.length > 10);
      assert.deepEqual(byPath(paths.filter((path) => path !== "README.md")), byPath(expected));
    });

  test("has for us the files that git does not ignore", async () => {
    const { paths, skipped } = await listing();
    const all = await listing({ gitignore: false });
    const wanted = new Set(wantedByGit(folder));
    const expected = all.paths.filter((path) => wanted.has(path));
    assert.ok(expected.length > 250 && expected.length < all.paths.length - 20);
    assert.deepEqual(paths, expected);
    assert.equal(skipped.get("build").rule, ".gitignore:2: /build/");
    assert.equal(skipped.get("sub/build").rule, "sub/.gitignore:2: build");
    assert.equal(skipped.get("sub/drop.log").rule, ".gitignore:1: *.log");
  });
});
