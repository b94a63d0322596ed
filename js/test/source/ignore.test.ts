// What a listing leaves out, by which rule, and what happens to ignore files that have no effect.
import { describe, expect, it } from "vitest";
import type { CollectOptions, FolderSource, HubferryError, Skip } from "../../src/entry/node.js";
import { collectFiles, InvalidInputError } from "../../src/entry/node.js";
import { temporaryFolder } from "../harness/folder.js";
import { chosen, droppedFolder, pickedFolder, type Tree } from "../harness/trees.js";

interface Listing {
  readonly paths: string[];
  readonly skipped: Record<string, string>;
  readonly refused: Record<string, string>;
}

async function listing(source: FolderSource, options: CollectOptions = {}): Promise<Listing> {
  const found: Listing = { paths: [], skipped: {}, refused: {} };
  const all: CollectOptions = {
    onSkip: (path: string, reason: string, { by, rule }: Skip) => {
      expect(reason).not.toBe("");
      found.skipped[path] = `${by} ${rule}`;
    },
    onError: (path: string, error: HubferryError) => {
      found.refused[path] = `${error.code} ${error.message}`;
    },
    ...options,
  };
  for await (const { path } of collectFiles(source, all)) found.paths.push(path);
  return found;
}

const tree: Tree = {
  ".gitignore": "*.log\n!keep.log\n/build/\n",
  "a.log": "x",
  "keep.log": "x",
  build: { ".gitignore": "!*", "out.js": "x" },
  sub: {
    ".gitignore": "!a.log\nsecret*\r\n",
    "a.log": "x",
    "b.log": "x",
    "secret.txt": "x",
    deep: { "secret-too": "x", build: { "kept.js": "x" } },
  },
  ".DS_Store": "x",
  __MACOSX: { "._a.log": "x" },
  ".cache": { huggingface: { "a.metadata": "x" }, other: { x: "x" } },
  "z.txt": "z",
};
const kept = [".gitignore", "keep.log", "sub/.gitignore", "sub/a.log", "sub/deep/build/kept.js", "z.txt"];

const flat = (of: Tree, prefix = ""): [string, string][] =>
  Object.entries(of).flatMap(([name, content]): [string, string][] =>
    typeof content === "string" ? [[prefix + name, content]] : flat(content as Tree, `${prefix}${name}/`),
  );

const kinds: [string, boolean, () => FolderSource][] = [
  ["a dropped folder", true, () => droppedFolder("top", tree)],
  ["a directory handle", true, () => pickedFolder("top", tree)],
  ["a path", true, () => temporaryFolder(Object.fromEntries(flat(tree)))],
  ["chosen files", false, () => flat(tree).map(([path, content]) => chosen(`top/${path}`, content))],
  ["a Map", false, () => new Map(flat(tree))],
  ["a Map in another order", false, () => new Map(flat(tree).reverse())],
];

describe("ignore files", () => {
  it.each(kinds)("of %s leave files out, root and nested", async (_, isTree, source) => {
    const { paths, skipped, refused } = await listing(source());
    expect(paths).toEqual(kept);
    expect(refused).toEqual({});
    expect(skipped).toEqual({
      "a.log": "gitignore .gitignore:1: *.log",
      "sub/b.log": "gitignore .gitignore:1: *.log",
      "sub/secret.txt": "gitignore sub/.gitignore:2: secret*",
      "sub/deep/secret-too": "gitignore sub/.gitignore:2: secret*",
      ".DS_Store": "system .DS_Store",
      // Where there are folders, one that is left out is told once and not opened.
      ...(isTree
        ? {
            build: "gitignore .gitignore:3: /build/",
            __MACOSX: "system __MACOSX",
            ".cache/huggingface": "default .cache/huggingface",
            ".cache/other": "system .cache",
          }
        : {
            "build/.gitignore": "gitignore .gitignore:3: /build/",
            "build/out.js": "gitignore .gitignore:3: /build/",
            "__MACOSX/._a.log": "system __MACOSX",
            ".cache/huggingface/a.metadata": "default .cache/huggingface",
            ".cache/other/x": "system .cache",
          }),
    });
  });

  it.each(kinds)("of %s are not asked when others decide", async (_, __, source) => {
    for (const gitignore of ["hub", false] as const) {
      const { paths, skipped } = await listing(source(), { gitignore });
      expect(paths).toEqual([
        ".gitignore",
        "a.log",
        "build/.gitignore",
        "build/out.js",
        "keep.log",
        "sub/.gitignore",
        "sub/a.log",
        "sub/b.log",
        "sub/deep/build/kept.js",
        "sub/deep/secret-too",
        "sub/secret.txt",
        "z.txt",
      ]);
      expect(Object.values(skipped).filter((why) => why.startsWith("gitignore"))).toEqual([]);
    }
  });

  it("that are left out by your patterns count all the same", async () => {
    const { paths } = await listing(droppedFolder("top", tree), { ignorePatterns: ".gitignore" });
    expect(paths).toEqual(kept.filter((path) => path !== ".gitignore"));
  });

  it("in a folder that is left out are not read", async () => {
    const unread: Tree = { ".gitignore": "out/\n", out: { ".gitignore": new Error("read") }, "a.txt": "a" };
    expect((await listing(droppedFolder("top", unread))).refused).toEqual({});
    const list = new Map<string, string | URL>([
      ["out/.gitignore", new URL("file:///nowhere/at/all")],
      [".gitignore", "out/"],
      ["a.txt", "a"],
    ]);
    expect((await listing(list)).refused).toEqual({});
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ["is no text", new Uint8Array([0xff, 0xfe, 0x2a, 0]), /^invalid_input .*UTF-8/],
    ["is larger than somebody writes", "# a comment\n".repeat(100_000), /^invalid_input .*1 MiB/],
  ])("that %s has no effect, is told, and is uploaded like any file", async (_, content, expected) => {
    for (const source of [
      temporaryFolder({ "sub/.gitignore": content, "sub/a": "a" }),
      new Map([
        ["sub/.gitignore", content],
        ["sub/a", "a"],
      ]),
    ]) {
      const { paths, refused } = await listing(source);
      expect(paths).toEqual(["sub/.gitignore", "sub/a"]);
      expect(refused["sub/.gitignore"]).toMatch(expected);
      // Nobody who does not listen is disturbed.
      expect((await listing(source, { onError: undefined })).paths).toEqual(paths);
    }
  });

  it("that cannot be read have no effect, and the listing says so", async () => {
    const { paths, refused } = await listing(droppedFolder("top", { ".gitignore": new Error("no"), "a.log": "a" }), {
      ignorePatterns: ".gitignore",
    });
    expect(paths).toEqual(["a.log"]);
    expect(refused[".gitignore"]).toMatch(/^invalid_input .*cannot be read/);
  });

  it("are read by somebody who is known", () => {
    const options = { gitignore: "server" } as unknown as CollectOptions;
    expect(() => collectFiles(new Map(), options)).toThrow(InvalidInputError);
  });
});

describe("a hundred thousand files", () => {
  const names = Array.from({ length: 100_000 }, (_, at) => `d${at % 50}/f${at}.${at % 2 === 0 ? "log" : "txt"}`);

  it("in a list are judged without holding anybody up", async () => {
    const files = new Map(names.map((name): [string, string] => [name, ""]));
    files.set(".gitignore", "*.log\n");
    let skipped = 0;
    let found = 0;
    let turns = 0;
    const counting = setInterval(() => (turns += 1));
    for await (const file of collectFiles(files, { onSkip: () => (skipped += 1) })) found += file.path === "" ? 0 : 1;
    clearInterval(counting);
    expect({ found, skipped }).toEqual({ found: 50_001, skipped: 50_000 });
    expect(turns).toBeGreaterThan(20);
  }, 60_000);

  it("in a tree are listed with one level of folders in memory", async () => {
    let open = 0;
    let most = 0;
    const leaf = (name: string): FileSystemFileHandle =>
      ({ kind: "file", name, getFile: () => Promise.resolve(new File([], name)) }) as unknown as FileSystemFileHandle;
    const folder = (name: string, size: number, child: (at: number) => unknown): FileSystemDirectoryHandle =>
      ({
        kind: "directory",
        name,
        async *values() {
          open += 1;
          most = Math.max(most, open);
          for (let at = 0; at < size; at++) yield await Promise.resolve(child(at));
          open -= 1;
        },
      }) as unknown as FileSystemDirectoryHandle;
    const top = folder("top", 100, (a) => folder(`a${a}`, 10, (b) => folder(`b${b}`, 100, (c) => leaf(`c${c}`))));
    let found = 0;
    for await (const file of collectFiles(top)) found += file.size === 0 ? 1 : 0;
    expect(found).toBe(100_000);
    // A bounded number ahead on each level, and not the thousand that there are.
    expect(most).toBeLessThanOrEqual(48);
  }, 60_000);
});
