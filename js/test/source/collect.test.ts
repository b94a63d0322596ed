// Folders from everything that can be one: the same files, in the same order, whatever went wrong beside them.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import type { HubferryError } from "../../src/entry/node.js";
import { collectFiles, InvalidInputError, type CollectOptions, type FolderSource } from "../../src/entry/node.js";
import { checkOrigin } from "../../src/source/origin.js";
import { temporaryFolder, withoutRights } from "../harness/folder.js";
import { chosen, droppedEntry, droppedFolder, pickedFolder, type Tree } from "../harness/trees.js";

interface Listing {
  readonly paths: string[];
  readonly skipped: Record<string, string>;
  readonly errors: Record<string, string>;
}

async function listing(source: FolderSource | null, options: CollectOptions = {}): Promise<Listing> {
  const skipped: Record<string, string> = {};
  const errors: Record<string, string> = {};
  const paths: string[] = [];
  const all = {
    onSkip: (path: string, reason: string) => {
      skipped[path] = reason;
    },
    onError: (path: string, error: HubferryError) => {
      errors[path] = error.code;
    },
    ...options,
  };
  for await (const { path } of collectFiles(source, all)) paths.push(path);
  return { paths, skipped, errors };
}

/** A drop that is emptied when its event is over. */
function drop(...entries: FileSystemEntry[]): DataTransfer {
  let over = false;
  queueMicrotask(() => {
    over = true;
  });
  return {
    get items() {
      if (over) return [];
      const text = { kind: "string", webkitGetAsEntry: () => null, getAsFile: () => null };
      return [
        text,
        ...entries.map((entry) => ({ kind: "file", webkitGetAsEntry: () => entry, getAsFile: () => null })),
      ];
    },
    files: [],
    getData: () => "",
  } as unknown as DataTransfer;
}

const tree: Tree = {
  "b.txt": "b",
  a: { "x.txt": "x", deep: { "y.txt": "y" }, "z.txt": "z" },
  "a.txt": "a",
  "a-b": { "c.txt": "c" },
  empty: {},
  ".git": { config: "never" },
  ".hidden": "seen",
};
const sorted = [".hidden", "a/deep/y.txt", "a/x.txt", "a/z.txt", "a-b/c.txt", "a.txt", "b.txt"];
const flat = (of: Tree, prefix = ""): string[] =>
  Object.entries(of).flatMap(([name, content]) =>
    typeof content === "string" ? [prefix + name] : flat(content as Tree, `${prefix}${name}/`),
  );

describe("a folder", () => {
  const kinds: [string, () => FolderSource][] = [
    ["a drop of one folder", () => drop(droppedFolder("top", tree))],
    ["a directory entry", () => droppedFolder("top", tree)],
    ["a directory handle", () => pickedFolder("top", tree)],
    ["files chosen as a folder", () => flat(tree).map((path) => chosen(`top/${path}`))],
    ["a Map", () => new Map(flat(tree).map((path) => [path, path]))],
    [
      "a path",
      () => {
        const folder = temporaryFolder(Object.fromEntries(flat(tree).map((path) => [path, path])));
        mkdirSync(join(folder, "empty"));
        return folder;
      },
    ],
    ["a file: URL", () => pathToFileURL(temporaryFolder(Object.fromEntries(flat(tree).map((path) => [path, path]))))],
  ];

  it.each(kinds)("as %s: its contents, sorted component by component, without .git", async (kind, source) => {
    const { paths, skipped, errors } = await listing(source());
    expect(paths).toEqual(sorted);
    expect(errors).toEqual({});
    // Where there are folders, .git is not even opened.
    const isTree = !["files chosen as a folder", "a Map"].includes(kind);
    expect(skipped[isTree ? ".git" : ".git/config"]).toBe("git's own files, never uploaded");
    if (kind === "a drop of one folder" || kind === "a path") expect(skipped["empty"]).toBe("empty folder");
  });

  it.each(kinds)("as %s: only what the patterns let through, and why not the rest", async (kind, source) => {
    const { paths, skipped } = await listing(source(), { allowPatterns: ["*.txt"], ignorePatterns: "a/*" });
    expect(paths).toEqual(["a-b/c.txt", "a.txt", "b.txt"]);
    // Where there are folders, one that a pattern covers is not opened.
    const isTree = !["files chosen as a folder", "a Map"].includes(kind);
    expect(skipped[isTree ? "a" : "a/x.txt"]).toBe("left out by your pattern a/*");
    expect(skipped["a/z.txt"] === undefined).toBe(isTree);
    expect(skipped[".hidden"]).toBe("matches none of your allow patterns");
  });

  it("tells size, date and content of each file", async () => {
    for await (const { size, lastModified, content } of collectFiles([chosen("top/a.txt")])) {
      expect({ size, lastModified }).toEqual({ size: 9, lastModified: 5 });
      expect(await content.text()).toBe("top/a.txt");
    }
    for await (const { size, lastModified, content } of collectFiles(temporaryFolder({ x: "12345" }))) {
      expect(size).toBe(5);
      expect(Date.now() - (lastModified ?? 0)).toBeLessThan(60_000);
      expect(await content.text()).toBe("12345");
    }
  });

  it("dropped with other things keeps its name", async () => {
    const source = drop(droppedFolder("top", { "x.txt": "x" }), droppedEntry("y.txt", "y"));
    expect((await listing(source)).paths).toEqual(["top/x.txt", "y.txt"]);
  });

  it("chosen file by file has no folder to leave out", async () => {
    expect((await listing([chosen("b.txt"), chosen("a.txt")])).paths).toEqual(["a.txt", "b.txt"]);
    expect((await listing([chosen("one/b.txt"), chosen("two/a.txt")])).paths).toEqual(["one/b.txt", "two/a.txt"]);
  });

  it("of more than a hundred entries is read to its end", async () => {
    const many = Object.fromEntries(Array.from({ length: 350 }, (_, i) => [`${String(i).padStart(4, "0")}.txt`, "x"]));
    const { paths } = await listing(drop(droppedFolder("top", { inner: many })));
    expect(paths).toEqual(Object.keys(many).map((name) => `inner/${name}`));
  });

  it("of many thousand files is sorted, and gives the event loop its turn", async () => {
    const names = Array.from({ length: 12_000 }, (_, i) => `${(i * 7919) % 12_000}/${i}`);
    let turns = 0;
    const counting = setInterval(() => (turns += 1));
    const { paths } = await listing(new Map(names.map((name) => [name, ""])));
    clearInterval(counting);
    expect(paths).toEqual(names.sort((a, b) => (a.replaceAll("/", "\0") < b.replaceAll("/", "\0") ? -1 : 1)));
    expect(turns).toBeGreaterThan(3);
  });

  it("is taken out of a drop at once, whenever it is listed", async () => {
    const files = collectFiles(drop(droppedFolder("top", { "x.txt": "x" })));
    await new Promise((resolve) => setTimeout(resolve, 5));
    const paths: string[] = [];
    for await (const { path } of files) paths.push(path);
    expect(paths).toEqual(["x.txt"]);
  });

  it("goes on after what cannot be opened, or throws there when nobody listens", async () => {
    const broken: Tree = {
      "a.txt": "a",
      "b.txt": new DOMException("no", "NotReadableError"),
      "c.txt": new DOMException("gone", "NotFoundError"),
      "d.txt": "d",
    };
    const { paths, errors } = await listing(droppedFolder("top", { in: broken }));
    expect(paths).toEqual(["in/a.txt", "in/d.txt"]);
    expect(errors).toEqual({ "in/b.txt": "file_unreadable", "in/c.txt": "file_changed" });
    const thrown = listing(droppedFolder("top", { in: broken }), { onError: undefined });
    await expect(thrown).rejects.toMatchObject({ code: "file_unreadable", path: "in/b.txt" });
  });

  it("that contains itself ends", async () => {
    const cycle: Record<string, Tree | string> = { "x.txt": "x" };
    cycle["self"] = cycle;
    const { paths, errors } = await listing(lazily("top", cycle));
    expect(paths.length).toBe(65);
    expect(Object.keys(errors)).toEqual(["self/".repeat(64) + "self"]);
  });

  it("stops when it is told to", async () => {
    const controller = new AbortController();
    const files = collectFiles(droppedFolder("top", tree), { abortSignal: controller.signal });
    const seen: string[] = [];
    const listed = (async () => {
      for await (const { path } of files) {
        seen.push(path);
        controller.abort();
      }
    })();
    await expect(listed).rejects.toMatchObject({ name: "AbortError" });
    expect(seen).toEqual([".hidden"]);
  });

  it.each<[string, unknown]>([
    ["nothing", null],
    ["a number", 42],
    ["an object", {}],
    ["an empty drop", drop()],
  ])("cannot be %s", (_, source) => {
    expect(() => collectFiles(source as FolderSource)).toThrow(InvalidInputError);
  });

  it("knows whether its files are still the same", async () => {
    let found = (): Promise<File> => Promise.resolve(new File(["x"], "x.txt", { lastModified: 1 }));
    const entry = {
      isFile: true,
      isDirectory: false,
      name: "x.txt",
      file: (resolve: (file: File) => void, reject: (error: unknown) => void) => {
        found().then(resolve, reject);
      },
    } as unknown as FileSystemEntry;
    const top = { isDirectory: true, createReader: () => readerOf(entry) } as unknown as FileSystemDirectoryEntry;
    for await (const { content } of collectFiles(top)) {
      expect(await checkOrigin(content)).toBeUndefined();
      found = () => Promise.resolve(new File(["xx"], "x.txt", { lastModified: 1 }));
      expect(await checkOrigin(content)).toMatchObject({ code: "file_changed" });
      found = () => Promise.resolve(new File(["x"], "x.txt", { lastModified: 2 }));
      expect(await checkOrigin(content)).toMatchObject({ code: "file_changed" });
      found = () => Promise.reject(new DOMException("gone", "NotFoundError"));
      expect(await checkOrigin(content)).toMatchObject({ code: "file_changed" });
    }
  });
});

describe("a folder on disk", () => {
  it("has links to files, but no links to folders or to nothing", async () => {
    const outside = temporaryFolder({ "target.txt": "target", "folder/never.txt": "never" });
    const folder = temporaryFolder({ "a.txt": "a" });
    symlinkSync(join(outside, "target.txt"), join(folder, "link.txt"));
    symlinkSync(join(outside, "folder"), join(folder, "linked"));
    symlinkSync(folder, join(folder, "loop"));
    symlinkSync(join(outside, "nothing"), join(folder, "broken"));
    const { paths, skipped, errors } = await listing(folder);
    expect(paths).toEqual(["a.txt", "link.txt"]);
    expect(skipped).toEqual({ broken: "link to nothing", linked: "link to a folder", loop: "link to a folder" });
    expect(errors).toEqual({});
    for await (const { path, content } of collectFiles(folder)) {
      if (path === "link.txt") expect(await content.text()).toBe("target");
    }
  });

  it("has nothing that never ends: pipes, sockets, devices, links that lead to themselves", async () => {
    const folder = temporaryFolder({ "a.txt": "a" });
    execFileSync("mkfifo", [join(folder, "pipe")]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(folder, "socket"), resolve));
    symlinkSync("/dev/zero", join(folder, "zeros"));
    symlinkSync(join(folder, "pipe"), join(folder, "to a pipe"));
    symlinkSync("round", join(folder, "about"));
    symlinkSync("about", join(folder, "round"));
    symlinkSync("self", join(folder, "self"));
    const { paths, skipped, errors } = await listing(folder);
    server.close();
    expect(paths).toEqual(["a.txt"]);
    expect(errors).toEqual({});
    expect(skipped).toEqual({
      pipe: "neither a file nor a folder",
      socket: "neither a file nor a folder",
      zeros: "link to neither a file nor a folder",
      "to a pipe": "link to neither a file nor a folder",
      about: "link to nothing",
      round: "link to nothing",
      self: "link to nothing",
    });
  });

  it("may have a folder that is locked, and files that nobody may look at", async () => {
    const folder = temporaryFolder({ "a.txt": "a", "locked/b.txt": "b", "open/c.txt": "c" });
    chmodSync(join(folder, "locked"), 0o000);
    await withoutRights(folder, async () => {
      const { paths, errors } = await listing(folder);
      expect(paths).toEqual(["a.txt", "open/c.txt"]);
      expect(errors).toEqual({ locked: "file_unreadable" });
      await expect(listing(folder, { onError: undefined })).rejects.toMatchObject({
        message: '"locked" cannot be listed (permission is denied)',
      });
    });
  });

  it("may be written to, and lose files and folders, while it is listed", async () => {
    const names = Array.from({ length: 60 }, (_, n) => `d${String(n).padStart(2, "0")}`);
    const folder = temporaryFolder(Object.fromEntries(names.map((name) => [`${name}/x`, name])));
    const paths: string[] = [];
    const errors: Record<string, string> = {};
    const onError = (path: string, error: HubferryError): void => {
      errors[path] = error.code;
    };
    for await (const { path } of collectFiles(folder, { onError })) {
      if (paths.push(path) > 1) continue;
      writeFileSync(join(folder, "d00/late"), "in a folder that was read");
      writeFileSync(join(folder, "d58/new"), "in a folder that was not");
      rmSync(join(folder, "d59"), { recursive: true });
      rmSync(join(folder, "d57/x"));
    }
    expect(paths).toEqual([...names.slice(0, 57).map((name) => `${name}/x`), "d58/new", "d58/x"]);
    expect(errors).toEqual({ d59: "file_changed" });
  });

  it("may have odd names", async () => {
    const names = [
      "new\nline",
      "tab\there",
      "quote'\"",
      "back\\slash",
      "#%?&+",
      " space ",
      "ü",
      "u\u0308",
      "🌊",
      "a".repeat(200),
    ];
    const folder = temporaryFolder(Object.fromEntries(names.map((name) => [`in/${name}`, name])));
    const found: Record<string, string> = {};
    for await (const { path, content } of collectFiles(folder)) found[path] = await content.text();
    expect(found).toEqual(Object.fromEntries(names.map((name) => [`in/${name}`, name])));
  });
});

/** A dropped folder whose tree is looked at only when it is read, so that it may contain itself. */
function lazily(name: string, of: Tree): FileSystemDirectoryEntry {
  return {
    isFile: false,
    isDirectory: true,
    name,
    createReader: () =>
      readerOf(
        ...Object.entries(of).map(([child, content]) =>
          typeof content === "object" && !(content instanceof Error)
            ? lazily(child, content)
            : droppedEntry(child, content),
        ),
      ),
  } as unknown as FileSystemDirectoryEntry;
}

function readerOf(...entries: FileSystemEntry[]): FileSystemDirectoryReader {
  let read = false;
  return {
    readEntries: (resolve) => {
      resolve(read ? [] : entries);
      read = true;
    },
  };
}
