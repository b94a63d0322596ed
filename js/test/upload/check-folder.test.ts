// The second look at a folder before it is pushed, alone and as a part of `uploadFolder`.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  checkFolder,
  collectFiles,
  createRepo,
  InvalidInputError,
  listFiles,
  uploadFolder,
  type FolderFile,
  type FolderFinding,
  type UploadEvent,
} from "../../src/entry/node.js";
import { temporaryFolder } from "../harness/folder.js";
import { LocalHub } from "../harness/hub.js";

const codes = (findings: readonly FolderFinding[]): string[] => findings.map(({ code }) => code);
const files = (...paths: string[]): FolderFile[] => paths.map((path) => ({ path, size: 1 }));
/** As a service would make it, but by nobody. */
const token = ["hf", "aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH"].join("_");

describe("checkFolder", () => {
  it("finds nothing in an ordinary folder", async () => {
    const folder = temporaryFolder({ "README.md": "# hello", "a/data.csv": "1,2", ".gitignore": "x", "empty.txt": "" });
    expect(await checkFolder(collectFiles(folder))).toEqual([]);
    expect(await checkFolder([])).toEqual([]);
  });

  it.each<[string, FolderFile[], Partial<FolderFinding>]>([
    ["names that differ by case", files("a/B", "a/b"), { code: "case_clash", paths: ["a/B", "a/b"], total: 2 }],
    ["case beyond ASCII", files("Ärger", "ärger"), { code: "case_clash" }],
    ["two spellings of one name", files("\u00e9", "e\u0301"), { code: "unicode_clash", total: 2 }],
    ["a file that is a folder", files("a", "a/b"), { code: "file_and_folder", severity: "error", paths: ["a"] }],
    ["a name that no repo takes", files("x/../y"), { code: "refused_name", severity: "error", paths: ["x/../y"] }],
    ["a file beyond the limit", [{ path: "a", size: 500e9 + 1 }], { code: "file_too_large", severity: "error" }],
    ["a file beyond the advice", [{ path: "a", size: 200e9 + 1 }], { code: "file_large", severity: "warning" }],
    ["a key by its name", files(".ssh/id_rsa"), { code: "looks_like_secret", severity: "warning" }],
    ["a name that is too long", files("n".repeat(256)), { code: "long_path", severity: "warning" }],
  ])("finds %s", async (_, list, expected) => {
    expect(await checkFolder(list)).toMatchObject([expected]);
  });

  it("knows what a repo is for", async () => {
    const tables = files("a.parquet");
    expect(codes(await checkFolder(tables, { repo: "me/model" }))).toEqual(["parquet_in_model"]);
    expect(codes(await checkFolder(tables, { repo: { type: "space", name: "me/space" } }))).toEqual([
      "parquet_in_model",
    ]);
    expect(await checkFolder(tables, { repo: "datasets/me/data" })).toEqual([]);
    expect(await checkFolder(tables)).toEqual([]);
    await expect(checkFolder(tables, { repo: "a/b/c/d" })).rejects.toBeInstanceOf(InvalidInputError);
    await expect(checkFolder(undefined as unknown as FolderFile[])).rejects.toBeInstanceOf(InvalidInputError);
  });

  it("reads small texts for secrets, and never says them", async () => {
    const folder = temporaryFolder({
      "settings.py": `TOKEN = "${token}"`,
      "harmless.py": `TOKEN = "hf_${"x".repeat(34)}"`,
      ".npmrc": "registry=https://example.com",
      "model.bin": token,
      "large.txt": `${"x".repeat(300_000)}${token}`,
    });
    const [finding, ...more] = await checkFolder(collectFiles(folder));
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ code: "looks_like_secret", paths: ["settings.py"], total: 1 });
    expect(JSON.stringify(finding)).not.toContain(token.slice(3, 12));
    // Without its content a name has to do.
    expect(await checkFolder(files(".npmrc", "settings.py"))).toMatchObject([{ paths: [".npmrc"] }]);
  });

  it("reads a bounded number of files", async () => {
    let reads = 0;
    const content = (): Blob => {
      const blob = new Blob(["text"]);
      blob.arrayBuffer = () => {
        reads += 1;
        return Promise.resolve(new ArrayBuffer(4));
      };
      return blob;
    };
    const many = Array.from({ length: 5_000 }, (_, at) => ({ path: `${at}.py`, size: 4, content: content() }));
    expect(await checkFolder(many)).toEqual([]);
    expect(reads).toBeGreaterThan(100);
    expect(reads).toBeLessThanOrEqual(1000);
  });

  it("does with what cannot be read what a name alone would do", async () => {
    const content = new Blob(["x"]);
    content.arrayBuffer = () => Promise.reject(new DOMException("no", "NotReadableError"));
    expect(await checkFolder([{ path: "a.py", size: 1, content }])).toEqual([]);
    expect(codes(await checkFolder([{ path: "key.pem", size: 1, content }]))).toEqual(["looks_like_secret"]);
  });

  it("takes a hundred thousand files, and gives the event loop its turn", async () => {
    let turns = 0;
    const counting = setInterval(() => (turns += 1));
    const started = performance.now();
    const list = Array.from({ length: 100_001 }, (_, at) => ({ path: `d${at % 9}/File ${at}.bin`, size: at }));
    const findings = await checkFolder(list);
    const elapsed = performance.now() - started;
    clearInterval(counting);
    expect(codes(findings)).toEqual(["too_many_files", "too_many_entries"]);
    expect(findings[1]?.total).toBe(9);
    expect(turns).toBeGreaterThan(5);
    // Far above what it takes (well under a second), far below what something quadratic would.
    expect(elapsed).toBeLessThan(10_000);
  }, 30_000);
});

describe("uploadFolder", () => {
  const hub = new LocalHub();
  let known: { hubUrl: string; accessToken: string };
  beforeAll(async () => {
    await hub.start();
    known = { hubUrl: hub.url, accessToken: hub.token };
  });
  afterAll(() => hub.stop());

  it("refuses before any request what the Hub would refuse", async () => {
    await hub.forget();
    for (const folder of [
      new Map([
        ["a", "a"],
        ["a/b", "b"],
      ]),
      new Map([["a/../b", "b"]]),
    ]) {
      const job = uploadFolder({ ...known, repo: "alice/never", folder });
      await expect(job).rejects.toBeInstanceOf(InvalidInputError);
    }
    expect(await hub.requests()).toEqual([]);
  });

  it("warns of the rest, of litter and of what ignore files leave out, and pushes", async () => {
    const repo = "alice/checked";
    await createRepo({ ...known, repo });
    const folder = temporaryFolder({
      ".gitignore": "*.log\n",
      "a.log": "x",
      "sub/.gitignore": "!b.log\nout\n",
      "sub/b.log": "x",
      "sub/out/x": "x",
      ".DS_Store": "x",
      ".env": "SECRET=1",
      "a.txt": "x",
    });
    const warnings: UploadEvent[] = [];
    const job = uploadFolder({ ...known, repo, folder });
    for await (const event of job) if (event.event === "warning") warnings.push(event);
    await job;
    expect(warnings.map((event) => "code" in event && [event.code, event.paths])).toEqual(
      expect.arrayContaining([
        ["left_out", [".DS_Store"]],
        ["gitignored", ["a.log", "sub/out"]],
        ["looks_like_secret", [".env"]],
      ]),
    );
    const paths: string[] = [];
    for await (const { path, type } of listFiles({ ...known, repo, recursive: true }))
      if (type === "file") paths.push(path);
    // The Hub applies the root's rules to what is left: a file that only a nested rule takes back stays out.
    expect(paths.sort()).toEqual([".env", ".gitattributes", ".gitignore", "a.txt", "sub/.gitignore"]);
  });
});
