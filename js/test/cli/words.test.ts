// What the words of a command line stand for: repos, addresses, paths, options.
import { describe, expect, it } from "vitest";
import { run } from "../../src/cli/run.js";
import { readSettings, type Environment } from "../../src/cli/settings.js";
import { readRepo, readTarget } from "../../src/cli/target.js";
import { findUploadPaths } from "../../src/cli/upload-paths.js";
import { filterRepoObjects } from "../../src/entry/node.js";
import { literally } from "../../src/cli/literally.js";
import { table } from "../../src/cli/table.js";
import { temporaryFolder } from "../harness/folder.js";
import { heard } from "./streams.js";

describe("a repo", () => {
  it.each([
    ["user/name", {}, "model", "user/name", undefined, undefined],
    ["name", {}, "model", "name", undefined, undefined],
    ["user/name", { repoType: "dataset", revision: "v2" }, "dataset", "user/name", "v2", undefined],
    ["hf://user/name", {}, "model", "user/name", undefined, undefined],
    ["hf://models/user/name", {}, "model", "user/name", undefined, undefined],
    ["hf://datasets/user/name@v1/data/train.csv", {}, "dataset", "user/name", "v1", "data/train.csv"],
    ["hf://spaces/user/name/app.py", {}, "space", "user/name", undefined, "app.py"],
    ["hf://datasets/user/name@refs/pr/3/train.json", {}, "dataset", "user/name", "refs/pr/3", "train.json"],
    ["hf://user/name@refs/convert/parquet", {}, "model", "user/name", "refs/convert/parquet", undefined],
    ["hf://user/name@feature%2Fone/a", {}, "model", "user/name", "feature/one", "a"],
    ["hf://user/name/mail@home.txt", {}, "model", "user/name", undefined, "mail@home.txt"],
    ["hf://datasets/user/name/data/", {}, "dataset", "user/name", undefined, "data/"],
    ["hf://user/name@v1/", {}, "model", "user/name", "v1", undefined],
  ] as const)("is read from %s", (text, options, type, name, revision, path) => {
    expect(readTarget(text, options)).toEqual({ repo: { type, name }, revision, path });
  });

  it.each([
    ["hf://", {}, "invalid_input", /does not name a repo/],
    ["hf://datasets/user", {}, "invalid_input", /does not name a repo/],
    ["hf://dataset/user/name", {}, "invalid_input", /written datasets/],
    ["hf://user/name@", {}, "invalid_input", /empty revision/],
    ["hf://user/name@v1//a", {}, "invalid_input", /empty parts/],
    ["hf://user/name", { repoType: "dataset" }, "invalid_input", /--repo-type cannot be used/],
    ["hf://user/name", { revision: "v1" }, "invalid_input", /--revision cannot be used/],
    ["hf://buckets/user/name/a", {}, "unsupported", /hf sync/],
  ] as const)("is refused as %s", (text, options, code, message) => {
    const thrown = (): unknown => readTarget(text, options);
    expect(thrown).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) as string }));
  });
});

describe("a repo alone", () => {
  it.each([
    ["hf://spaces/user/name", false, { repo: { type: "space", name: "user/name" }, revision: undefined }],
    ["hf://user/name@v1", true, { repo: { type: "model", name: "user/name" }, revision: "v1" }],
  ] as const)("is read from %s", (text, hasRevision, expected) => {
    expect(readRepo(text, {}, hasRevision)).toEqual(expected);
  });

  it.each([
    ["hf://user/name@v1", false, /without "v1"/],
    ["hf://user/name/a.txt", false, /without "a.txt"/],
    ["hf://user/name@v1/a.txt", true, /without "a.txt"/],
  ] as const)("is refused as %s", (text, hasRevision, message) => {
    expect(() => readRepo(text, {}, hasRevision)).toThrow(message);
  });
});

describe("paths of an upload", () => {
  const within = async <T>(folder: string, work: () => Promise<T>): Promise<T> => {
    const before = process.cwd();
    process.chdir(folder);
    return await work().finally(() => {
      process.chdir(before);
    });
  };
  const files = { "model/a.bin": "a", "file.txt": "f", "w [v2].bin": "w" };

  it.each<[string, [string, (string | undefined)?, string?], object]>([
    // repo, local path, path in the repo, include → what they become
    ["the folder of the repo's name", ["me/model"], { local: "model", kind: "folder", inRepo: "." }],
    ["the file of the repo's name", ["me/file.txt"], { local: "file.txt", kind: "file", inRepo: "file.txt" }],
    ["a folder", ["me/x", "model"], { local: "model", kind: "folder", inRepo: "." }],
    ["a folder below a path", ["me/x", "model", "data"], { local: "model", kind: "folder", inRepo: "data" }],
    ["a file", ["me/x", "model/a.bin"], { local: "model/a.bin", kind: "file", inRepo: "a.bin" }],
    ["a file by another name", ["me/x", "file.txt", "b/c.txt"], { local: "file.txt", kind: "file", inRepo: "b/c.txt" }],
    ["an address and its folder", ["me/model", undefined, "data"], { local: "model", kind: "folder", inRepo: "data" }],
    [
      "an address and its file",
      ["me/file.txt", undefined, "b/c.txt"],
      { local: "file.txt", kind: "file", inRepo: "b/c.txt" },
    ],
    ["a pattern", ["me/x", "*.bin"], { local: ".", kind: "folder", inRepo: ".", include: ["*.bin"] }],
    ["a pattern to the root", ["me/x", "*.bin", "."], { local: ".", kind: "folder", inRepo: ".", include: ["*.bin"] }],
    ["a name that looks like one", ["me/x", "w [v2].bin"], { local: "w [v2].bin", kind: "file", inRepo: "w [v2].bin" }],
    ["what is not there", ["me/x", "nowhere"], { local: "nowhere", kind: undefined, inRepo: "." }],
  ])("%s", async (_, [repo, local, inRepo], expected) => {
    const found = await within(temporaryFolder(files), () => findUploadPaths(repo, local, inRepo, undefined));
    expect(found).toEqual({ include: undefined, ...expected });
  });

  it.each<[string, Parameters<typeof findUploadPaths>, RegExp]>([
    ["nothing of the repo's name", ["me/none", undefined, undefined, undefined], /no file or folder "none"/],
    ["a pattern and --include", ["me/x", "*.bin", undefined, ["a"]], /--include cannot be used/],
    ["a pattern and a path", ["me/x", "*.bin", "data", undefined], /path in the repo cannot be given/],
  ])("are refused: %s", async (_, words, message) => {
    await expect(within(temporaryFolder(files), () => findUploadPaths(...words))).rejects.toThrow(message);
  });
});

it("stands for a name alone, whatever is in it", async () => {
  const names = ["a[1].bin", "a1.bin", "x*.bin", "xy.bin", "b?", "bc", "[", "]"];
  for (const name of names) expect(await filterRepoObjects(names, { allowPatterns: literally(name) })).toEqual([name]);
});

it("sets a table", () => {
  expect(table([["a", "long"], ["longer", "b", "last"], []])).toEqual(["a       long", "longer  b     last", ""]);
});

describe("the environment", () => {
  it.each<[string, Environment, object]>([
    ["nothing", { HOME: "/home" }, { hubUrl: "https://huggingface.co", token: undefined, showsProgress: true }],
    ["an endpoint", { HF_ENDPOINT: "http://localhost:8080/" }, { hubUrl: "http://localhost:8080" }],
    [
      "a home",
      { HF_HOME: "/h" },
      { home: "/h", tokenPath: "/h/token", storedTokensPath: "/h/stored_tokens", cache: "/h/hub" },
    ],
    ["a cache of the system", { XDG_CACHE_HOME: "/c" }, { home: "/c/huggingface" }],
    ["places of their own", { HF_TOKEN_PATH: "/t/own", HF_HUB_CACHE: "/k" }, { tokenPath: "/t/own", cache: "/k" }],
    ["a token with white space", { HF_TOKEN: " hf_x\n" }, { token: "hf_x" }],
    ["a token by its old name", { HUGGING_FACE_HUB_TOKEN: "hf_y" }, { token: "hf_y" }],
    ["an empty token", { HF_TOKEN: "" }, { token: undefined }],
    ["no bars", { HF_HUB_DISABLE_PROGRESS_BARS: "yes" }, { showsProgress: false }],
    ["bars after all", { HF_HUB_DISABLE_PROGRESS_BARS: "0" }, { showsProgress: true }],
    ["no colours", { NO_COLOR: "1" }, { hasColor: false }],
  ])("says %s", (_, environment, expected) => {
    expect(readSettings(environment)).toMatchObject(expected);
  });
});

describe("a command line that cannot be read", () => {
  it.each([
    ["no command", [], /Usage: hubferry/],
    ["an unknown command", ["uplaod"], /unknown command 'uplaod'[^]*Did you mean upload/],
    ["no repo", ["upload"], /missing required argument 'repo_id'/],
    ["an unknown option", ["upload", "a/b", "--incldue", "x"], /unknown option '--incldue'[^]*Did you mean --include/],
    ["too many words", ["upload", "a/b", "c", "d", "e"], /too many arguments/],
    ["another kind of repo", ["upload", "a/b", "c", "--type", "bucket"], /Allowed choices are model, dataset, space/],
    ["no time", ["upload", "a/b", "c", "--every", "0"], /must be a number above zero/],
    ["no patterns", ["repos", "delete-files", "a/b"], /missing required argument 'patterns'/],
    [
      "private and public",
      ["repos", "create", "a/b", "--public", "--private"],
      /cannot be used with option '--public'/,
    ],
    [
      "another Space",
      ["repo", "create", "a/b", "--type", "space", "--sdk", "x"],
      /Allowed choices are streamlit, gradio/,
    ],
    ["no number of workers", ["upload-large-folder", "a/b", "c", "--num-workers", "1.5"], /whole number above zero/],
  ])("ends with 2: %s", async (_, words, message) => {
    const streams = heard();
    expect(await run(words, "1.2.3", streams, {})).toBe(2);
    expect(streams.said.stderr).toMatch(message);
    expect(streams.said.stdout).toBe("");
  });

  it("is told as JSON, too", async () => {
    const streams = heard();
    expect(await run(["upload", "--json"], "1.2.3", streams, {})).toBe(2);
    expect(JSON.parse(streams.said.stdout)).toEqual({
      error: { code: "usage", message: "missing required argument 'repo_id'" },
    });
  });

  it("does not repeat a token that was given in a wrong way", async () => {
    const streams = heard();
    const token = `hf_${"S".repeat(34)}`;
    for (const words of [[`--tokn=${token}`], ["whoami", token], [token], ["upload", "a/b", `--token${token}`]])
      expect(await run(words, "1.2.3", streams, {})).toBe(2);
    expect(streams.said.stderr + streams.said.stdout).not.toContain(token);
  });
});

it.each([
  [["--help"]],
  [["upload", "--help"]],
  [["help", "download"]],
  [["auth", "whoami", "--help"]],
  [["repos", "--help"]],
])("explains itself on standard output: %s", async (words) => {
  const streams = heard();
  expect(await run(words, "1.2.3", streams, {})).toBe(0);
  expect(streams.said.stdout).toMatch(/^Usage: hubferry/);
  expect(streams.said.stderr).toBe("");
});
