// Arguments that cannot be: each is refused before anything is asked, by an error that names what, where, and what to do.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  commit,
  createRepo,
  deleteFile,
  listFiles,
  uploadFile,
  uploadFiles,
  uploadFolder,
  type UploadEvent,
} from "../src/entry/node.js";
import { freshRepo, refuse, type BadCase, type Known } from "./harness/bad-input.js";
import { LocalHub } from "./harness/hub.js";

const hub = new LocalHub();
let known: Known;
beforeAll(async () => {
  await hub.start();
  known = await freshRepo(hub);
});
afterAll(() => hub.stop());

const FILE = { path: "a.txt", content: "a" };
const invalid = { error: "InvalidInputError", code: "invalid_input" } as const;
const unsupported = { error: "HubferryError", code: "unsupported" } as const;

/** An upload of one good file with these options. */
const upload =
  (options: object): BadCase["run"] =>
  (known) =>
    uploadFile({ ...known, file: FILE, ...options });

/** The upload of one file. */
const file =
  (file: unknown): BadCase["run"] =>
  (known) =>
    uploadFile({ ...known, file: file as File });

function table(name: string, rows: readonly BadCase[]): void {
  describe(name, () => {
    it.each(rows)("$name", (bad) => refuse(hub, known, bad));
  });
}

/** The upload of a folder of one good file with these options. */
const folder =
  (options: object): BadCase["run"] =>
  (known) =>
    uploadFolder({ ...known, folder: new Map([["a", "a"]]), ...options });
table("an option of a folder", [
  {
    name: "pathInRepo is a number",
    run: folder({ pathInRepo: 42 }),
    ...invalid,
    says: [/pathInRepo must be a string/],
  },
  {
    name: "allowPatterns is a number",
    run: folder({ allowPatterns: 42 }),
    ...invalid,
    says: [/allowPatterns/, /\*\.bin/],
  },
  {
    name: "ignorePatterns is null",
    run: folder({ ignorePatterns: null }),
    ...invalid,
    says: [/ignorePatterns must be/],
  },
  {
    name: "deletePatterns holds a number",
    run: folder({ deletePatterns: ["*", 1] }),
    ...invalid,
    says: [/deletePatterns/],
  },
  {
    name: "gitignore is a word of its own",
    run: folder({ gitignore: "no" }),
    ...invalid,
    says: [/"local", "hub" or false/],
  },
]);

const path = (path: unknown, ...says: RegExp[]): BadCase => ({
  name: `the path ${JSON.stringify(path)}`,
  run: file({ path, content: "a" }),
  ...invalid,
  says,
});
table("a path", [
  path(".", /"\."/, /give the path from the repo's root/),
  path("..", /"\.\."/, /give the path from the repo's root/),
  path("../a", /"\.\.\/a"/, /leads out of its folder/, /from the repo's root/),
  path("a/../b", /"a\/\.\.\/b"/, /leads out of its folder/),
  path("..\\a", /leads out of its folder/),
  path(".git/config", /"\.git\/config"/, /goes through "\.git"/, /leave it out or rename/),
  path("a/.git", /goes through "\.git"/),
  path("a/.cache/b", /goes through "\.cache"/, /leave it out or rename/),
  path("", /path "" is empty/, /such as data\/train\.csv/),
  path("/", /is empty/, /such as data\/train\.csv/),
  path("//a", /two slashes/, /write one/),
  path("a//b", /"a\/\/b" has two slashes/, /write one/),
  path("a/./b", /"\." between its slashes/, /leave it out/),
  path("a/", /"a\/" names a folder/, /give the file a name/),
  path("a\u0000b", /control character U\+0000/, /rename it/),
  path("a\nb", /control character U\+000A/, /rename it/),
  path(undefined, /path of a file is missing/, /such as "data\/train\.csv"/),
  path(null, /path of a file is missing/),
  path(42, /path of a file is a number/, /such as "data\/train\.csv"/),
  {
    name: "the path of a deletion",
    run: (known) => deleteFile({ ...known, path: "../a" }),
    ...invalid,
    says: [/"\.\.\/a" leads out of its folder/],
  },
  {
    name: "a folder in the repo",
    run: (known) => uploadFolder({ ...known, folder: new Map([["a", "a"]]), pathInRepo: "x/../../y" }),
    ...invalid,
    says: [/leads out of its folder/],
  },
]);

const repo = (repo: unknown, ...says: RegExp[]): BadCase => ({
  name: `the repo ${JSON.stringify(repo)}`,
  run: upload({ repo }),
  ...invalid,
  says,
});
table("a repo", [
  repo("", /repo/, /user\/name/),
  repo("a/b/c", /"a\/b\/c"|a\/b/, /user\/name/),
  repo("a b/c", /"a b\/c"/),
  repo("a/b--c", /"a\/b--c"/),
  repo("-a/b", /"-a\/b"/),
  repo("a/b.git", /"a\/b\.git"/),
  repo("a/b..c", /"a\/b\.\.c"/),
  repo(`a/${"b".repeat(96)}`, /96/),
  repo("https://huggingface.co/a/b", /repo/),
  repo(undefined, /repo must look like "user\/name"/),
  repo(null, /repo must look like/),
  repo(42, /repo must look like/),
  repo({ name: "a/b" }, /repo must look like.*type/),
  repo({ type: "toaster", name: "a/b" }, /toaster/),
  { name: "a bucket", run: upload({ repo: "buckets/a/b" }), ...unsupported, says: [/bucket/i] },
  { name: "a kernel", run: upload({ repo: { type: "kernel", name: "a/b" } }), ...invalid, says: [/kernel/] },
]);

const token = (name: string, accessToken: unknown, ...says: RegExp[]): BadCase => ({
  name: `a token that ${name}`,
  run: upload({ accessToken }),
  ...invalid,
  says,
});
table("a token", [
  token("is empty", "", /accessToken must begin with hf_/, /Settings, Access Tokens/),
  token("does not begin with hf_", "sk-abc", /accessToken must begin with hf_/),
  token("ends in a line break", "hf_abc\n", /accessToken contains a space or another character/, /copy it again/),
  token("has a space", "hf_a bc", /copy it again/),
  token("has a letter of no token", "hf_äbc", /copy it again/),
  token("is a number", 42, /accessToken must be a string/),
  {
    name: "in the old form that does not begin with hf_",
    run: upload({ accessToken: undefined, credentials: { accessToken: "abc" } }),
    ...invalid,
    says: [/accessToken must begin with hf_/],
  },
  {
    name: "none, where a repo is to be made",
    run: () => createRepo({ hubUrl: hub.url, repo: "a/b" }),
    error: "HubApiError",
    code: "unauthorized",
    says: [/401/, /Check the access token/],
    asked: "anything",
  },
  {
    name: "none, where something is to be pushed",
    run: upload({ accessToken: undefined }),
    error: "HubApiError",
    code: "unauthorized",
    says: [/401/, /needs an access token/, /give accessToken/],
    asked: "nothing that writes",
  },
]);

const hubUrl = (hubUrl: unknown, ...says: RegExp[]): BadCase => ({
  name: `the address ${JSON.stringify(hubUrl)}`,
  run: upload({ hubUrl }),
  ...invalid,
  says,
});
table("the Hub's address", [
  hubUrl("", /hubUrl must begin with https:\/\//, /for example https:\/\/huggingface\.co/),
  hubUrl("huggingface.co", /hubUrl must begin/),
  hubUrl("ftp://huggingface.co", /hubUrl must begin/),
  hubUrl("https://", /hubUrl names no host/),
  hubUrl("https://me:secret@hub.example", /hubUrl must not contain a user name or password/),
  hubUrl("https://hub.example?x=1", /hubUrl must not have a query/),
  hubUrl("https://hub.example/ x", /character that no address has/),
  hubUrl(42, /hubUrl must be a string/),
  hubUrl(null, /hubUrl must be a string, but is null/),
]);

const option = (name: string, options: object, ...says: RegExp[]): BadCase => ({
  name,
  run: upload(options),
  ...invalid,
  says,
});
table("an option", [
  option("an empty branch", { branch: "" }, /branch "" is not a name that git takes/),
  option("a branch with a space", { branch: "a b" }, /branch "a b"/, /use letters, digits/),
  option("a branch with two dots", { branch: "a..b" }, /branch "a\.\.b"/),
  option("a branch like an option", { branch: "-a" }, /branch "-a"/),
  option("a branch with a caret", { branch: "main^" }, /branch "main\^"/),
  option("a branch that is a number", { branch: 42 }, /branch must be a string/),
  option("a parent that is no commit id", { parentCommit: "main" }, /parentCommit/, /5 to 40/),
  option("a parent of four digits", { parentCommit: "abcd" }, /parentCommit/, /5 to 40/),
  option("a parent of 41 digits", { parentCommit: "a".repeat(41) }, /parentCommit/),
  option("an empty parent", { parentCommit: "" }, /parentCommit/),
  option("an empty title", { commitTitle: "" }, /commitTitle must not be empty/, /leave it out/),
  option("a title of spaces", { commitTitle: "  " }, /commitTitle must not be empty/),
  option("a title that is a number", { commitTitle: 42 }, /title must be a string/),
  {
    name: "a commit with an empty title",
    run: (known) => commit({ ...known, title: "", operations: [] }),
    ...invalid,
    says: [/must not be empty/],
  },
]);

table("a file", [
  {
    name: "none",
    run: file(undefined),
    ...invalid,
    says: [/a file must be a File, a URL, or an object with path and content/],
  },
  { name: "null", run: file(null), ...invalid, says: [/a file must be/] },
  { name: "a number", run: file(42), ...invalid, says: [/a file must be/] },
  { name: "a path alone", run: file("a.txt"), ...invalid, says: [/a file must be/] },
  { name: "a path without content", run: file({ path: "a.txt" }), ...invalid, says: [/a file must be/] },
  {
    name: "content that is null",
    run: file({ path: "a.txt", content: null }),
    ...invalid,
    says: [/content of "a\.txt" is missing/, /give a Blob, File/],
  },
  {
    name: "content that is a number",
    run: file({ path: "a.txt", content: 42 }),
    ...invalid,
    says: [/content of "a\.txt" is a number/, /give a Blob, File/],
  },
  {
    name: "content that is not awaited",
    run: file({ path: "a.txt", content: Promise.resolve("a") }),
    ...invalid,
    says: [/is a Promise/, /await the promise first/],
  },
  {
    name: "content that is a list of files",
    run: file({ path: "a.txt", content: [new File([], "x")] }),
    ...invalid,
    says: [/is a list/, /one by one, or a folder to uploadFolder/],
  },
  {
    name: "content that is a folder",
    run: file({ path: "a.txt", content: { kind: "directory", getDirectoryHandle: () => null } }),
    ...invalid,
    says: [/for a folder use uploadFolder/],
  },
  {
    name: "content that was transferred elsewhere",
    run: (known) => {
      const content = new ArrayBuffer(8);
      structuredClone(content, { transfer: [content] });
      return uploadFile({ ...known, file: { path: "a.bin", content } });
    },
    ...invalid,
    says: [/"a\.bin" is a buffer that was transferred elsewhere/, /give a copy/],
  },
  {
    name: "a stream that was read",
    run: async (known) => {
      const content = new Blob(["x"]).stream();
      await new Response(content).text();
      await uploadFile({ ...known, file: { path: "a.bin", content } });
    },
    ...invalid,
    says: [/stream of "a\.bin" is being read already, or was/, /give a fresh one/],
  },
  {
    name: "an address that nobody can read",
    run: file({ path: "a.txt", content: new URL("ftp://example.com/a") }),
    ...unsupported,
    says: [/"a\.txt" is at a ftp: address/, /fetch it and give a Blob/],
  },
  {
    name: "a file that is not there",
    run: file({ path: "a.txt", content: new URL("file:///never/there.txt") }),
    ...invalid,
    says: [/\/never\/there\.txt does not exist/],
  },
  {
    name: "a first file of a new repo without content",
    run: (known) =>
      createRepo({ ...known, repo: "alice/new", files: [{ path: "a", content: null as unknown as Blob }] }),
    ...invalid,
    says: [/content of "a" is missing/],
  },
  {
    name: "an edit",
    run: file({ path: "a.txt", originalContent: new Blob(), edits: [] }),
    ...unsupported,
    says: [/Edits of existing files.*give the whole file/],
  },
]);

const list = (name: string, files: unknown, ...says: RegExp[]): BadCase => ({
  name,
  run: (known) => uploadFiles({ ...known, files: files as File[] }),
  ...invalid,
  says,
});
table("a list", [
  list("none", undefined, /files must be a list/),
  list("null", null, /files must be a list/),
  list("one file instead of a list", new File(["a"], "a"), /files must be a list/),
  list("a list with a gap", [FILE, undefined], /a file must be/),
  list("a list whose last path is bad", [FILE, { path: "../b", content: "b" }], /"\.\.\/b" leads out/),
  {
    name: "operations that are none",
    run: (known) => commit({ ...known, title: "x", operations: 42 as unknown as [] }),
    ...invalid,
    says: [/operations must be a list/],
  },
  {
    name: "an operation that is missing",
    run: (known) => commit({ ...known, title: "x", operations: [null] as unknown as [] }),
    ...invalid,
    says: [/An operation must be an object/],
  },
  {
    name: "an operation that nobody knows",
    run: (known) => commit({ ...known, title: "x", operations: [{ operation: "rename", path: "a" }] as unknown as [] }),
    ...invalid,
    says: [/operation must be "addOrUpdate" or "delete"/],
  },
  {
    name: "a folder that is none",
    run: (known) => uploadFolder({ ...known, folder: null }),
    ...invalid,
    says: [/folder must be a drop, chosen files/],
  },
  {
    name: "a folder that is not there",
    run: (known) => uploadFolder({ ...known, folder: "/never/there" }),
    ...invalid,
    says: [/\/never\/there is not a folder, or is not there/, /for one file there is uploadFile/],
  },
]);

describe("what is no mistake", () => {
  it("is a list of nothing: no commit is made", async () => {
    const { commit, commits } = await uploadFiles({ ...known, files: [] });
    expect(commits).toEqual([]);
    expect(commit.oid).toMatch(/^[0-9a-f]{40}$/);
  });

  it("is a path given twice: the last one counts, and a warning says so", async () => {
    const twice = await freshRepo(hub);
    const job = uploadFiles({ ...twice, files: [FILE, { path: "/a.txt", content: "other" }] });
    const events: UploadEvent[] = [];
    for await (const event of job) events.push(event);
    expect(events.find(({ event }) => event === "warning")).toMatchObject({ paths: ["a.txt"] });
    const sizes: number[] = [];
    for await (const { path, size } of listFiles(twice)) if (path === "a.txt") sizes.push(size);
    expect(sizes).toEqual([5]);
  });
});
