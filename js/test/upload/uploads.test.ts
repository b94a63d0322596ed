// Uploads to the embedded Hub under Node, through the public functions.
import { createHash } from "node:crypto";
import { appendFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import {
  commit,
  commitIter,
  downloadFile,
  FileChangedError,
  HubferryError,
  InvalidInputError,
  listFiles,
  uploadFile,
  uploadFiles,
  uploadFilesWithProgress,
  uploadFolder,
  type CommitProgressEvent,
  type UploadEvent,
} from "../../src/entry/node.js";
import { temporaryFolder } from "../harness/folder.js";
import { suiteHub } from "../harness/suite-hub.js";

const { hub, known, newRepo } = suiteHub("--multipart-threshold", "6000000", "--part-size", "5242880");

function noise(size: number): Uint8Array<ArrayBuffer> {
  let x = size;
  return new Uint8Array(size).map(() => (x = (Math.imul(x, 1664525) + 1013904223) >>> 0) >>> 24);
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** What a promise is rejected with. */
const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => {
      throw new Error("it worked");
    },
    (error: unknown) => error,
  );

/** Paths and contents of a repo, without what the Hub put there. */
async function contentOf(repo: string, revision = "main"): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  for await (const { path, type } of listFiles({ ...known, repo, revision, recursive: true })) {
    if (type !== "file" || path === ".gitattributes") continue;
    const blob = await downloadFile({ ...known, repo, revision, path });
    const bytes = new Uint8Array(await (blob ?? new Blob()).arrayBuffer());
    content[path] = bytes.length > 1000 ? sha256(bytes) : new TextDecoder().decode(bytes);
  }
  return content;
}

const commitsOf = async (): Promise<number> =>
  (await hub.requests()).filter(({ route, method }) => route === "commit" && method === "POST").length;

describe("uploadFolder", () => {
  it("makes one commit of a folder on disk, and none when nothing has changed", async () => {
    const repo = await newRepo();
    const large = noise(7_000_000);
    const folder = temporaryFolder({
      "README.md": "# Hello\n",
      "data/a.csv": "1,2\n",
      "data/empty": "",
      "data/deep/er/odd & 100% #name?.txt": "odd",
      "data/ünïcode – 潮汐 🌊.txt": "sea",
      "large.bin": large,
      ".hidden": "seen",
      ".git/config": "never",
      ".cache/huggingface/x": "never",
    });
    const job = uploadFolder({ ...known, repo, folder, commitTitle: "All of it" });
    const events: UploadEvent[] = [];
    for await (const event of job) events.push(event);
    const output = await job;

    expect(await contentOf(repo)).toEqual({
      "README.md": "# Hello\n",
      "data/a.csv": "1,2\n",
      "data/empty": "",
      "data/deep/er/odd & 100% #name?.txt": "odd",
      "data/ünïcode – 潮汐 🌊.txt": "sea",
      "large.bin": sha256(large),
      ".hidden": "seen",
    });
    expect(output.commits).toEqual([{ ...output.commit, files: 7 }]);
    expect(output).toMatchObject({ verified: true, hookOutput: expect.any(String) as string });
    expect(output.files.find(({ path }) => path === "large.bin")).toEqual({
      path: "large.bin",
      size: large.length,
      oid: sha256(large),
      xetHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      state: "added",
    });
    expect(output.bytes.total).toBe(output.files.reduce((sum, { size }) => sum + size, 0));

    const phases = events.flatMap((event) => (event.event === "phase" ? [event.phase] : []));
    expect(phases).toEqual(["preuploading", "uploadingLargeFiles", "committing"]);
    expect(events.filter(({ event }) => event === "commit")).toEqual([{ event: "commit", ...output.commit, files: 7 }]);
    expect(events.at(-1)).toEqual({ event: "report", progress: job.progress });
    expect(job.progress.files).toMatchObject({ total: 7, committed: 7, failed: 0 });
    expect(job.progress.bytes.committed).toBe(output.bytes.total);

    await hub.forget();
    const again = await uploadFolder({ ...known, repo, folder: pathToFileURL(`${folder}/`) });
    expect(again.commit).toEqual(output.commit);
    expect(again.commits).toEqual([]);
    expect(again.files.every(({ state }) => state === "unchanged")).toBe(true);
    expect(await commitsOf()).toBe(0);
    // The content store may be asked; it gets nothing.
    const writes = (await hub.requests()).filter(
      ({ method, face }) => method === "PUT" || (face !== "hub" && method === "POST"),
    );
    expect(writes).toEqual([]);
  });

  it("puts it below a path, and leaves out what the patterns say", async () => {
    const repo = await newRepo();
    const folder = temporaryFolder({ "a.txt": "a", "b.tmp": "b", "c/d.txt": "d", "c/e.log": "e", "f/g.txt": "g" });
    await uploadFolder({
      ...known,
      repo,
      folder,
      pathInRepo: "/below/here/",
      allowPatterns: ["*.txt", "*.tmp"],
      ignorePatterns: ["*.tmp", "f/"],
    });
    expect(await contentOf(repo)).toEqual({ "below/here/a.txt": "a", "below/here/c/d.txt": "d" });
  });

  it("takes a Map of everything that can be content", async () => {
    const repo = await newRepo();
    const disk = join(temporaryFolder({ "on disk.txt": "from disk" }), "on disk.txt");
    const folder = new Map<string, Blob | string | Uint8Array | ArrayBuffer | URL>([
      ["blob", new Blob(["blob"])],
      ["file", new File(["file"], "x")],
      ["text", "text"],
      ["bytes", new TextEncoder().encode("-bytes-").subarray(1, 6)],
      ["buffer", new TextEncoder().encode("buffer").buffer],
      ["disk", pathToFileURL(disk)],
    ]);
    await uploadFolder({ ...known, repo, folder });
    expect(await contentOf(repo)).toEqual({
      blob: "blob",
      file: "file",
      text: "text",
      bytes: "bytes",
      buffer: "buffer",
      disk: "from disk",
    });
  });

  it("makes a missing branch only when it is asked to", async () => {
    const repo = await newRepo();
    const folder = new Map([["a.txt", "a"]]);
    const missing = errorOf(uploadFolder({ ...known, repo, folder, branch: "side" }));
    expect(await missing).toMatchObject({ code: "revision_not_found" });
    await uploadFolder({ ...known, repo, folder, branch: "side", createBranch: true });
    expect(await contentOf(repo, "side")).toEqual({ "a.txt": "a" });
    expect(await contentOf(repo)).toEqual({});
  });

  it("pushes a folder whole or not at all", async () => {
    const repo = await newRepo();
    const folder = new Map<string, Blob | URL>([
      ["good.txt", new Blob(["good"])],
      ["gone.txt", new URL("file:///nowhere/gone.txt")],
    ]);
    await hub.forget();
    const error = await errorOf(uploadFolder({ ...known, repo, folder }));
    expect(error).toBeInstanceOf(HubferryError);
    expect(error).toMatchObject({ path: "gone.txt", message: expect.stringContaining("gone.txt") as string });
    expect(await hub.requests()).toEqual([]);
  });

  it("warns of what no repo can hold, and not of what was left out on purpose", async () => {
    const repo = await newRepo();
    const folder = temporaryFolder({ "a.txt": "a", "b.tmp": "b", ".git/config": "never", "c/d.txt": "d" });
    symlinkSync(join(folder, "c"), join(folder, "linked"));
    symlinkSync(join(folder, "nothing"), join(folder, "broken"));
    const job = uploadFolder({ ...known, repo, folder, ignorePatterns: "*.tmp" });
    const warnings: UploadEvent[] = [];
    for await (const event of job) if (event.event === "warning") warnings.push(event);
    expect(warnings).toEqual([
      { event: "warning", code: "left_out", message: "Left out: link to nothing", paths: ["broken"] },
      { event: "warning", code: "left_out", message: "Left out: link to a folder", paths: ["linked"] },
    ]);
    expect(await contentOf(repo)).toEqual({ "a.txt": "a", "c/d.txt": "d" });
  });

  it("does nothing with an empty folder", async () => {
    const repo = await newRepo();
    const { commits, files } = await uploadFolder({ ...known, repo, folder: temporaryFolder() });
    expect({ commits, files }).toEqual({ commits: [], files: [] });
  });

  it.each<[string, object]>([["Bucket", { repo: { type: "bucket", name: "alice/x" } }]])(
    "refuses %s of later versions: %o",
    async (name, option) => {
      await hub.forget();
      const error = await errorOf(
        uploadFolder({ ...known, repo: "alice/x", folder: new Map([["a", "a"]]), ...option }),
      );
      expect(error).toMatchObject({ code: "unsupported", message: expect.stringContaining(name) as string });
      expect(await hub.requests()).toEqual([]);
    },
  );

  it.each<[string, object]>([
    ["no folder", { folder: null }],
    ["something else", { folder: 42 }],
    ["a path that is not there", { folder: "/nowhere/at/all" }],
    ["a file", { folder: import.meta.filename }],
    ["a path out of the repo", { folder: new Map([["../a", "a"]]) }],
    ["a path into .git", { folder: new Map([["a", "a"]]), pathInRepo: "x/.git" }],
    ["a repo name that cannot be", { repo: "a//b" }],
    ["a token that is none", { accessToken: "secret-but-no-token" }],
    ["a parent that is no commit", { parentCommit: "main" }],
    ["commits that cannot be counted", { commits: "many" }],
    ["files that fail in another way", { onFileError: "ignore" }],
    ["a plan that is no function", { commits: "auto", planCommits: 12 }],
    ["reports at no time", { onReport: () => undefined, reportSeconds: 0 }],
    ["a merge of no pull request", { merge: true }],
  ])("refuses %s before any request", async (_, option) => {
    await hub.forget();
    const folder = new Map([["a", "a"]]);
    const error = await errorOf(uploadFolder({ ...known, repo: "alice/x", folder, ...option }));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as Error).message).not.toContain("secret-but-no-token");
    expect(await hub.requests()).toEqual([]);
  });
});

describe("uploadFiles", () => {
  it("takes files, paths with contents, and file URLs, also of folders", async () => {
    const repo = await newRepo();
    const folder = temporaryFolder({ "one file.txt": "1", "inner/x.txt": "x", "inner/deep/y.txt": "y" });
    const output = await uploadFiles({
      ...known,
      repo,
      files: [
        new File(["f"], "f.txt"),
        { path: "p.txt", content: "p" },
        pathToFileURL(join(folder, "one file.txt")),
        pathToFileURL(join(folder, "inner")),
      ],
    });
    expect(await contentOf(repo)).toEqual({
      "f.txt": "f",
      "p.txt": "p",
      "one file.txt": "1",
      "inner/x.txt": "x",
      "inner/deep/y.txt": "y",
    });
    expect(output.files.map(({ path }) => path)).toEqual([
      "f.txt",
      "p.txt",
      "one file.txt",
      "inner/deep/y.txt",
      "inner/x.txt",
    ]);
  });

  it("takes what lies behind a URL", async () => {
    const repo = await newRepo();
    await uploadFile({ ...known, repo, file: { path: "a.txt", content: "from the Hub" } });
    const url = new URL(`${hub.url}/${repo}/resolve/main/a.txt`);
    await uploadFiles({ ...known, repo, files: [{ path: "b.txt", content: url }] });
    expect(await contentOf(repo)).toEqual({ "a.txt": "from the Hub", "b.txt": "from the Hub" });
    const missing = new URL(`${hub.url}/${repo}/resolve/main/never.txt?token=abc`);
    const error = await errorOf(uploadFile({ ...known, repo, file: missing }));
    expect(error).toMatchObject({ code: "file_unreadable" });
    expect((error as Error).message).not.toContain("token=abc");
  });

  it("takes a large file of another repo, range by range", async () => {
    const [from, to] = [await newRepo(), await newRepo()];
    const large = noise(11_000_000);
    await uploadFile({ ...known, repo: from, file: { path: "large.bin", content: large } });
    const content = await downloadFile({ ...known, repo: from, path: "large.bin" });
    if (content === null) throw new Error("it is not there");
    await uploadFile({ ...known, repo: to, file: { path: "copy.bin", content } });
    expect(await contentOf(to)).toEqual({ "copy.bin": sha256(large) });
  });

  it("yields the events that the Hub's own client knows, and returns the result", async () => {
    const repo = await newRepo();
    const iterator = uploadFilesWithProgress({ ...known, repo, files: [{ path: "a.bin", content: noise(2_000_000) }] });
    const events: CommitProgressEvent[] = [];
    let next = await iterator.next();
    for (; next.done !== true; next = await iterator.next()) events.push(next.value);
    expect(next.value.commits.length).toBe(1);
    expect(new Set(events.map(({ event }) => event))).toEqual(new Set(["phase", "fileProgress"]));
    expect(events).toContainEqual({ event: "fileProgress", path: "a.bin", progress: 1, state: "uploading" });
  });

  it.each<[string, unknown, string]>([
    ["no list", undefined, "invalid_input"],
    ["no file", [42], "invalid_input"],
    ["no content", [{ path: "a", content: 42 }], "invalid_input"],
    ["edits", [{ path: "a", originalContent: new Blob(), edits: [] }], "unsupported"],
    ["a URL that nobody can read here", [new URL("ftp://example.com/a")], "unsupported"],
  ])("refuses %s", async (_, files, code) => {
    await hub.forget();
    const job = uploadFiles({ ...known, repo: "alice/x", files: files as File[] });
    expect(await errorOf(job)).toMatchObject({ code });
    expect(await hub.requests()).toEqual([]);
  });
});

describe("commit", () => {
  it("adds, replaces and deletes in one", async () => {
    const repo = await newRepo();
    const files = ["a", "b", "c/d", "c/e"].map((path) => ({ path, content: path }));
    const first = await uploadFiles({ ...known, repo, files });
    const output = await commit({
      ...known,
      repo,
      title: "Change",
      description: "All kinds",
      parentCommit: first.commit.oid,
      operations: [
        { operation: "addOrUpdate", path: "a", content: new Blob(["a again"]) },
        { operation: "addOrUpdate", path: "new", content: "new" },
        { operation: "delete", path: "b" },
        { operation: "delete", path: "c/" },
      ],
    });
    expect(await contentOf(repo)).toEqual({ a: "a again", new: "new" });
    expect(output.files.map(({ path, state }) => `${state} ${path}`)).toEqual(["updated a", "added new"]);
    const stale = { ...known, repo, title: "Late", parentCommit: first.commit.oid };
    const late = commit({ ...stale, operations: [{ operation: "addOrUpdate", path: "x", content: "x" }] });
    const data = { error: expect.stringContaining("not at the parentCommit") as string };
    expect(await errorOf(late)).toMatchObject({ name: "HubApiError", code: "conflict", statusCode: 412, data });
  });

  it("refuses operations of later versions, and what is none", async () => {
    for (const [operation, code] of [
      ["copy", "unsupported"],
      ["edit", "unsupported"],
      ["rename", "invalid_input"],
    ]) {
      const operations = [{ operation, path: "a" }] as unknown as Parameters<typeof commit>[0]["operations"];
      expect(await errorOf(commit({ ...known, repo: "alice/x", title: "t", operations }))).toMatchObject({ code });
    }
  });

  it("stops when its generator is left", async () => {
    const repo = await newRepo();
    await hub.order({ face: "store", fault: { kind: "stall" } });
    const content = noise(1_000_000);
    const operations = [{ operation: "addOrUpdate", path: "a.bin", content } as const];
    for await (const event of commitIter({ ...known, repo, useXet: false, title: "Never", operations })) {
      if (event.event === "phase" && event.phase === "uploadingLargeFiles") break;
    }
    await expect.poll(async () => (await hub.requests()).every(({ endedAt }) => endedAt !== null)).toBe(true);
    await hub.heal();
    expect(await contentOf(repo)).toEqual({});
  });
});

describe("a job", () => {
  it("uses the caller's fetch for every request, and sends the token to the Hub only", async () => {
    const repo = await newRepo();
    const asked: { url: string; authorized: boolean; body: unknown }[] = [];
    const own: typeof fetch = (input, init) => {
      const url = input instanceof Request ? input.url : String(input);
      asked.push({ url, authorized: new Headers(init?.headers).has("authorization"), body: init?.body });
      return fetch(input, init);
    };
    await hub.forget();
    const files = [
      { path: "large.bin", content: noise(7_000_000) },
      { path: "small.txt", content: "small" },
    ];
    await uploadFiles({ ...known, repo, files, fetch: own, useXet: false });
    const logged = await hub.requests();
    expect(asked.length).toBe(logged.length);
    const toStore = asked.filter(({ url }) => url.startsWith(hub.storeUrl));
    expect(toStore.length).toBe(2);
    for (const { url, authorized } of asked) {
      // What completes an upload in parts is signed by its address.
      if (authorized) expect(url.startsWith(hub.url)).toBe(true);
    }
    expect(toStore.every(({ authorized }) => !authorized)).toBe(true);
    for (const { headers, method } of logged) {
      expect(headers["transfer-encoding"]).toBeUndefined();
      if (method === "PUT") expect(Number(headers["content-length"])).toBeGreaterThan(1_000_000);
    }
  });

  it("ends with AbortError when it is stopped, and so does every request", async () => {
    const repo = await newRepo();
    await hub.order({ face: "store", fault: { kind: "stall" } });
    for (const how of ["abort", "signal", "own reason"]) {
      await hub.forget();
      const controller = new AbortController();
      const files = [{ path: "a.bin", content: noise(1_000_000) }];
      const job = uploadFiles({ ...known, repo, files, useXet: false, abortSignal: controller.signal });
      const ended = errorOf(job);
      await expect.poll(async () => (await hub.requests()).filter(({ face }) => face === "store").length).toBe(1);
      const reason = new Error("own reason");
      if (how === "abort") job.abort();
      if (how === "signal") controller.abort();
      if (how === "own reason") job.abort(reason);
      if (how === "own reason") expect(await ended).toBe(reason);
      else expect(await ended).toMatchObject({ name: "AbortError" });
      await expect.poll(async () => (await hub.requests()).every(({ endedAt }) => endedAt !== null)).toBe(true);
      const [put] = (await hub.requests()).filter(({ face }) => face === "store");
      expect(put).toMatchObject({ cut: true, status: null });
    }
    await hub.heal();
    expect(await contentOf(repo)).toEqual({});
  });

  it("starts nothing while it is paused, and goes on", async () => {
    const repo = await newRepo();
    const files = [{ path: "a.bin", content: noise(1_000_000) }];
    await hub.forget();
    const job = uploadFiles({ ...known, repo, files });
    job.pause();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const before = (await hub.requests()).length;
    expect(before).toBeLessThanOrEqual(1);
    job.resume();
    expect((await job).commits.length).toBe(1);
    expect((await hub.requests()).length).toBeGreaterThan(before);
  });

  it("notices a file that changed after it was taken in", async () => {
    const repo = await newRepo();
    const file = join(temporaryFolder({ "a.bin": noise(3_000_000) }), "a.bin");
    for (const change of [
      (): void => {
        appendFileSync(file, "more");
      },
      (): void => {
        writeFileSync(file, noise(2_999_999));
      },
      (): void => {
        writeFileSync(file, noise(2_999_999));
      },
    ]) {
      const job = uploadFile({ ...known, repo, file: pathToFileURL(file) });
      for await (const event of job) {
        if (event.event !== "phase" || event.phase !== "preuploading") continue;
        change();
        break;
      }
      const error = await errorOf(job);
      expect(error).toBeInstanceOf(FileChangedError);
      expect(error).toMatchObject({ path: "a.bin", message: expect.stringContaining("a.bin") as string });
    }
    expect(await contentOf(repo)).toEqual({});
  });

  it("tries again what passes, and tells so", async () => {
    const repo = await newRepo();
    await hub.order({ face: "store", method: "PUT", times: 1, fault: { kind: "status", status: 503 } });
    const job = uploadFile({ ...known, repo, useXet: false, file: { path: "a.bin", content: noise(1_000_000) } });
    const retries: UploadEvent[] = [];
    for await (const event of job) if (event.event === "retry") retries.push(event);
    expect(retries).toMatchObject([{ path: "a.bin", attempt: 1, cause: expect.any(String) as string }]);
    expect((await job).commits.length).toBe(1);
    await hub.heal();
  });

  it("says that the token may not write, without the token", async () => {
    const repo = await newRepo();
    const accessToken = hub.reader.token;
    const error = await errorOf(uploadFile({ ...known, accessToken, repo, file: { path: "a", content: "a" } }));
    expect(error).toMatchObject({ code: "forbidden" });
    expect(`${String((error as Error).stack)} ${JSON.stringify(error)}`).not.toContain(accessToken);
  });
});
