// Files that misbehave while a folder is pushed: each is left out with a word about why when the caller allows it, and the rest
// arrives whole; else the push ends with a typed error. The disk, the Hub and both of its stores are real.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  createRepo,
  downloadFile,
  listFiles,
  uploadFile,
  uploadFolder,
  type FolderSource,
  type UploadEvent,
} from "../../src/entry/node.js";
import { LazyBlob } from "../../src/source/lazy.js";
import { hasten } from "../harness/bad-input.js";
import { temporaryFolder } from "../harness/folder.js";
import { suiteHub } from "../harness/suite-hub.js";
import { MIB, noise } from "../harness/packing.js";
import { pickedFolder } from "../harness/trees.js";

const { hub, known } = suiteHub();
let serial = 0;

afterEach(() => {
  vi.restoreAllMocks();
});

async function newRepo(): Promise<string> {
  const repo = `alice/odd-${serial++}`;
  await createRepo({ ...known, repo });
  return repo;
}

const digest = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/** Paths and digests of what is on the Hub. */
async function contentOf(repo: string): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  for await (const { path, type } of listFiles({ ...known, repo, recursive: true })) {
    if (type !== "file" || path === ".gitattributes") continue;
    const blob = await downloadFile({ ...known, repo, path });
    content[path] = digest(new Uint8Array(await (blob ?? new Blob()).arrayBuffer()));
  }
  return content;
}

const commitsOf = (repo: string): number =>
  Number(execFileSync("git", ["-C", hub.repoFolder(repo), "rev-list", "--count", "main"], { encoding: "utf8" }));

/** Pushes a folder without what misbehaves; the warnings by path. */
async function pushRest(
  folder: FolderSource,
  options: { repo: string; useXet: boolean; fetch?: typeof fetch },
): Promise<{ warned: Record<string, string>; failed: string[] }> {
  const job = uploadFolder({ ...known, ...options, folder, onFileError: "skip" });
  const warned: Record<string, string> = {};
  for await (const event of job) {
    if (event.event === "warning" && event.code === "file_skipped") warned[event.paths[0] ?? ""] = event.message;
  }
  const { files, verified } = await job;
  expect(verified).toBe(true);
  return { warned, failed: files.filter(({ state }) => state === "failed").map(({ path }) => path) };
}

/** Does something once, when the Hub is asked first: then everything is listed, and nothing has been read. */
function atFirst(act: () => void): typeof fetch {
  let done = false;
  return (input, init) => {
    if (!done) act();
    done = true;
    return fetch(input, init);
  };
}

const touch = (file: string): void => {
  utimesSync(file, new Date(), new Date(Date.now() + 10_000));
};

/** What happens to a file once it was listed, and what is said of it. */
const CHANGES: readonly [name: string, change: (file: string) => void, says: RegExp][] = [
  [
    "grows",
    (file) => {
      appendFileSync(file, "more");
    },
    /now has/,
  ],
  [
    "becomes empty",
    (file) => {
      truncateSync(file, 0);
    },
    /now has 0/,
  ],
  [
    "gets other bytes of the same length",
    (file) => {
      writeFileSync(file, noise(2 * MIB, 99));
      touch(file);
    },
    /written to/,
  ],
  [
    "vanishes",
    (file) => {
      rmSync(file);
    },
    /not there any more/,
  ],
  [
    "moves",
    (file) => {
      renameSync(file, `${file}.moved`);
    },
    /not there any more/,
  ],
  [
    "becomes a folder",
    (file) => {
      rmSync(file);
      mkdirSync(file);
    },
    /no file any more/,
  ],
  [
    "becomes a pipe that nobody writes into",
    (file) => {
      rmSync(file);
      execFileSync("mkfifo", [file]);
    },
    /no file any more/,
  ],
];

describe.each([
  ["LFS", false],
  ["Xet", true],
])("by %s", (_, useXet) => {
  describe.each(CHANGES)("a file that %s once it was listed", (_, change, says) => {
    const spoiled = (): { folder: string; files: Record<string, Uint8Array>; spoil: () => void } => {
      const files = {
        "a.txt": noise(300, 1),
        "empty.bin": new Uint8Array(),
        "large.bin": noise(2 * MIB, serial + 2),
        "sub/bad.bin": noise(2 * MIB, serial + 3),
        "sub/z.txt": noise(300, 4),
      };
      const folder = temporaryFolder(files);
      return {
        folder,
        files,
        spoil: () => {
          change(join(folder, "sub/bad.bin"));
        },
      };
    };

    it("is left out, and the rest arrives", async () => {
      const repo = await newRepo();
      const { folder, files, spoil } = spoiled();
      const { warned, failed } = await pushRest(folder, { repo, useXet, fetch: atFirst(spoil) });
      expect(failed).toEqual(["sub/bad.bin"]);
      expect(warned).toEqual({ "sub/bad.bin": expect.stringMatching(says) as string });
      const rest = Object.entries(files).filter(([path]) => path !== "sub/bad.bin");
      expect(await contentOf(repo)).toEqual(Object.fromEntries(rest.map(([path, bytes]) => [path, digest(bytes)])));
      expect(commitsOf(repo)).toBe(2);
    });

    it("ends a push that takes all or nothing", async () => {
      const repo = await newRepo();
      const { folder, spoil } = spoiled();
      const push = uploadFolder({ ...known, repo, useXet, folder, fetch: atFirst(spoil) });
      await expect(push).rejects.toMatchObject({ path: "sub/bad.bin", message: expect.stringMatching(says) as string });
      expect(commitsOf(repo)).toBe(1);
    });
  });

  it("a file that the browser can no longer read is left out, and the rest arrives", async () => {
    const repo = await newRepo();
    const refuse = (): Promise<never> => Promise.reject(new DOMException("no reason", "NotReadableError"));
    const folder = new Map<string, Blob>([
      ["small.txt", new LazyBlob({ read: refuse }, 0, 500)],
      ["large.bin", new LazyBlob({ read: refuse }, 0, 20 * MIB)],
      ["good.bin", new Blob([noise(MIB, serial + 10)])],
    ]);
    const { warned, failed } = await pushRest(folder, { repo, useXet });
    expect(failed).toEqual(["large.bin", "small.txt"]);
    expect(Object.values(warned)).toEqual(Array(2).fill(expect.stringContaining("can no longer read it")));
    expect(Object.keys(await contentOf(repo))).toEqual(["good.bin"]);
  });

  describe("bytes that never come, as of a file that lies in a cloud,", () => {
    const never = new Promise<never>(() => undefined);
    /** A content of which the system gives only the beginning. */
    const placeholder = (size: number, until: number): Blob =>
      new LazyBlob(
        {
          read: (start, end) => (end > until ? never : Promise.resolve(new Uint8Array(end - start).fill(start % 251))),
        },
        0,
        size,
      );

    it.each([
      ["small", placeholder(5_000, 0)],
      ["large", placeholder(30 * MIB, 0)],
      ["large, and its beginning is here", placeholder(30 * MIB, 9 * MIB)],
    ])("are waited for, and not for ever: %s", async (_, content) => {
      const repo = await newRepo();
      const folder = new Map<string, Blob>([
        ["cloud.bin", content],
        ["cloud/other.bin", placeholder(3 * MIB, 0)],
        ["cloud/small.txt", placeholder(100, 0)],
        ["here.txt", new Blob(["here"])],
      ]);
      hasten();
      const { warned } = await pushRest(folder, { repo, useXet });
      expect(Object.keys(warned).sort()).toEqual(["cloud.bin", "cloud/other.bin", "cloud/small.txt"]);
      for (const why of Object.values(warned)) expect(why).toMatch(/for 2 minutes.*have it on this device/);
      expect(await contentOf(repo)).toEqual({ "here.txt": digest("here") });
      const alone = uploadFile({ ...known, repo, useXet, file: { path: "cloud.bin", content } });
      await expect(alone).rejects.toMatchObject({ code: "file_unreadable", path: "cloud.bin" });
    });
  });
});

it("a push that is aborted while a file is read leaves nothing behind that fails later", async () => {
  const repo = await newRepo();
  const reads: ((bytes: Uint8Array<ArrayBuffer>) => void)[] = [];
  const read = (): Promise<Uint8Array<ArrayBuffer>> => new Promise((resolve) => reads.push(resolve));
  const job = uploadFile({ ...known, repo, file: { path: "a.bin", content: new LazyBlob({ read }, 0, 5_000) } });
  const ended = expect(job).rejects.toMatchObject({ name: "AbortError" });
  await vi.waitFor(() => {
    expect(reads.length).toBe(1);
  });
  job.abort();
  await ended;
  // A rejection that nobody handles would end the process, and this run.
  for (const come of reads) come(new Uint8Array(5_000));
  await new Promise((resolve) => setTimeout(resolve, 50));
});

describe("a folder", () => {
  it("of which the browser never says what is in it is given up", async () => {
    const repo = await newRepo();
    const stuck = { kind: "directory", name: "stuck", values: () => ({ next: () => new Promise(() => undefined) }) };
    const silent = { kind: "file", name: "silent.txt", getFile: () => new Promise(() => undefined) };
    const folder = {
      kind: "directory",
      name: "top",
      async *values() {
        yield* pickedFolder("top", { "a.txt": "a", "z.txt": "z" }).values();
        yield stuck;
        yield silent;
      },
    } as unknown as FileSystemDirectoryHandle;
    hasten();
    const { warned } = await pushRest(folder, { repo, useXet: true });
    expect(Object.keys(warned)).toEqual(["silent.txt", "stuck"]);
    expect(Object.keys(await contentOf(repo)).sort()).toEqual(["a.txt", "z.txt"]);
  });

  it("with names of every kind arrives with these names", async () => {
    const repo = await newRepo();
    const names = [
      ...Array.from("#?%\"'<>|:*&;=+$!@~`^,[]{}()", (odd) => `odd ${odd} name`),
      ...Array.from("#?%\"'<>|:*&", (odd) => `${odd}first`),
      "trailing dot.",
      "trailing dots...",
      "trailing space ",
      " leading",
      ".hidden",
      "-rf",
      "~",
      "%2e%2e%2fup",
      "CON",
      "nul.txt",
      "🛳️👩‍🔬",
      "عربي",
      "עברית‏.txt",
      "\u202egpj.exe",
      "zero\u200bwidth",
      "\ufeffmark",
      "\ufffd",
      "\u00a0",
      "l".repeat(200),
      // 255 bytes, the most that a disk takes.
      "水".repeat(85),
      "twin-\u00e9",
      "twin-e\u0301",
      "CASE.txt",
      "case.txt",
    ];
    const folder = temporaryFolder(Object.fromEntries(names.map((name) => [`in/${name}`, `of ${name}`])));
    const warnings: UploadEvent[] = [];
    const job = uploadFolder({ ...known, repo, folder });
    for await (const event of job) if (event.event === "warning") warnings.push(event);
    const { files } = await job;
    expect(files.every(({ state }) => state === "added")).toBe(true);
    expect(await contentOf(repo)).toEqual(
      Object.fromEntries(names.map((name) => [`in/${name}`, digest(`of ${name}`)])),
    );
    // Both of two twins go, and somebody hears that others may not be able to have both.
    expect(warnings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ code: "case_clash", paths: ["in/CASE.txt", "in/case.txt"] }),
        expect.objectContaining({ code: "unicode_clash", paths: ["in/twin-e\u0301", "in/twin-\u00e9"] }),
      ]),
    );
  });

  it.each([
    ["a backslash", "back\\slash", "rejected"],
    ["a control character", "bell\u0007", "invalid_input"],
    ["a line break", "two\nlines", "invalid_input"],
  ])("with %s in a name, which no Hub takes, is refused before a byte moves", async (_, name, code) => {
    const repo = await newRepo();
    await hub.forget();
    const folder = temporaryFolder({ "a.txt": "a", [`in/${name}`]: "odd" });
    await expect(uploadFolder({ ...known, repo, folder })).rejects.toMatchObject({ code });
    expect((await hub.requests()).filter(({ route }) => /commit|store|cas|batch/.test(route))).toEqual([]);
  });

  it("with a name that is no text goes without that file, and says so", async () => {
    const repo = await newRepo();
    const folder = temporaryFolder({ "a.txt": "a" });
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/latin-1 `), Buffer.from([0xe9])]), "bytes that are no UTF-8");
    const halves = new Map([
      ["a.txt", "a"],
      ["half \ud83d", "one half of a character"],
      ["half \ude00", "the other"],
    ]);
    for (const [source, lost] of [
      [folder, 1],
      [halves, 2],
      [pickedFolder("top", Object.fromEntries(halves)), 2],
    ] as const) {
      const warnings: string[] = [];
      const job = uploadFolder({ ...known, repo, folder: source });
      for await (const event of job)
        if (event.event === "warning") warnings.push(`${event.paths.length}: ${event.message}`);
      await job;
      expect(warnings).toEqual([expect.stringMatching(new RegExp(`^${lost}: .*not Unicode text`))]);
      expect(await contentOf(repo)).toEqual({ "a.txt": digest("a") });
    }
    const alone = uploadFile({ ...known, repo, file: { path: "half \ud83d", content: "x" } });
    await expect(alone).rejects.toMatchObject({ code: "invalid_input" });
  });
});
