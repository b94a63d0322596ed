// What the Hub's rules mean to a push: rights, README.md, ignore rules, mirrored folders, pull requests.
import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import {
  commit,
  deleteFile,
  downloadFile,
  HubApiError,
  InvalidInputError,
  listFiles,
  uploadFile,
  uploadFiles,
  uploadFolder,
  type UploadEvent,
  type UploadJob,
} from "../../src/entry/node.js";
import { suiteHub } from "../harness/suite-hub.js";

/** May write, but not to the repos of the other user. */
const guest = { name: "bob", token: `hf_${randomBytes(17).toString("hex")}` };
const { hub, known, newRepo: emptyRepo } = suiteHub("--user", `${guest.name}:${guest.token}`);

beforeEach(() => hub.forget());

async function newRepo(files: Record<string, string> = {}): Promise<string> {
  const repo = await emptyRepo();
  if (Object.keys(files).length > 0) await uploadFolder({ ...known, repo, folder: folderOf(files) });
  await hub.forget();
  return repo;
}

const folderOf = (files: Record<string, string>): Map<string, string> => new Map(Object.entries(files));

/** What a job tells until it ends, and its error if it has one. */
async function watch(job: UploadJob): Promise<{ events: UploadEvent[]; error: unknown }> {
  const events: UploadEvent[] = [];
  try {
    for await (const event of job) events.push(event);
    return { events, error: undefined };
  } catch (error) {
    return { events, error };
  }
}

const warningsOf = (events: readonly UploadEvent[]): { code: string; paths: string[] }[] =>
  events.flatMap((event) => (event.event === "warning" ? [{ code: event.code, paths: event.paths }] : []));

const routes = async (): Promise<string[]> => (await hub.requests()).map(({ route }) => route);

async function pathsOf(repo: string, revision = "main"): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path, type } of listFiles({ ...known, repo, revision, recursive: true })) {
    if (type === "file") paths.push(path);
  }
  return paths.sort();
}

async function textOf(repo: string, revision: string, path: string): Promise<string | undefined> {
  return (await downloadFile({ ...known, repo, revision, path }))?.text();
}

describe("rights", () => {
  it("are asked before a byte is read", async () => {
    const repo = await newRepo();
    const rows = [
      { accessToken: hub.reader.token, code: "forbidden", says: /write token.*isPullRequest/ },
      { accessToken: guest.token, code: "forbidden", says: /open a pull request instead: isPullRequest/ },
      { accessToken: undefined, code: "unauthorized", says: /give accessToken/ },
    ];
    for (const { accessToken, code, says } of rows) {
      const job = uploadFolder({ hubUrl: hub.url, accessToken, repo, folder: folderOf({ "a.txt": "a" }) });
      const { error } = await watch(job);
      expect(error).toBeInstanceOf(HubApiError);
      expect(error).toMatchObject({ code, message: expect.stringMatching(says) as string });
      expect(job.progress.bytes).toMatchObject({ read: 0, sent: 0 });
    }
    expect(await routes()).not.toContain("commit");
    expect(await pathsOf(repo)).toEqual([".gitattributes"]);
  });
});

describe("README.md", () => {
  it("with wrong metadata ends the push before anything else is read", async () => {
    const repo = await newRepo();
    const folder = folderOf({ "README.md": "---\ntags: text\n---\n", "a.txt": "a".repeat(1000) });
    const job = uploadFolder({ ...known, repo, folder });
    const { error } = await watch(job);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error).toMatchObject({
      path: "README.md",
      message: expect.stringContaining('"tags" has the wrong type') as string,
    });
    expect(job.progress.bytes.read).toBeLessThan(100);
    expect(await routes()).not.toContain("commit");
  });

  it("is sent with a warning when its metadata could be better", async () => {
    const repo = await newRepo();
    const { events, error } = await watch(
      uploadFile({ ...known, repo, file: { path: "README.md", content: "# Hi\n" } }),
    );
    expect(error).toBeUndefined();
    expect(warningsOf(events)).toEqual([{ code: "readme", paths: ["README.md"] }]);
  });

  it("is sent when the check fails", async () => {
    const repo = await newRepo();
    await hub.order({ route: "validate-yaml", fault: { kind: "status", status: 500 } });
    const { commits } = await uploadFile({ ...known, repo, file: { path: "README.md", content: "# Hi\n" } });
    await hub.heal();
    expect(commits).toHaveLength(1);
  });
});

describe("the repo's .gitignore", () => {
  it("leaves files out with one warning, unless nobody's rules count", async () => {
    const repo = await newRepo({ ".gitignore": "*.log\n" });
    const folder = folderOf({ "a.log": "a", "b.txt": "b", "sub/c.log": "c" });
    for (const gitignore of ["local", "hub"] as const) {
      const { events } = await watch(uploadFolder({ ...known, repo, folder, gitignore }));
      expect(warningsOf(events)).toEqual([{ code: "ignored_by_hub", paths: ["a.log", "sub/c.log"] }]);
      expect(await pathsOf(repo)).toEqual([".gitattributes", ".gitignore", "b.txt"]);
    }
    const { events } = await watch(uploadFolder({ ...known, repo, folder, gitignore: false }));
    expect(warningsOf(events)).toEqual([]);
    expect(await pathsOf(repo)).toEqual([".gitattributes", ".gitignore", "a.log", "b.txt", "sub/c.log"]);
  });
});

describe("deletePatterns", () => {
  const there = { "old.txt": "old", "same.txt": "same", "sub/old.bin": "old", "sub/deep/old.bin": "old" };

  it("make the repo a mirror of the folder in one commit", async () => {
    const repo = await newRepo(there);
    const folder = folderOf({ "same.txt": "same", "new.txt": "new" });
    const output = await uploadFolder({ ...known, repo, folder, deletePatterns: "*" });
    expect(output.commits).toMatchObject([{ files: 4 }]);
    expect(await pathsOf(repo)).toEqual([".gitattributes", "new.txt", "same.txt"]);
    expect((await uploadFolder({ ...known, repo, folder, deletePatterns: ["*"] })).commits).toEqual([]);
  });

  it("are relative to pathInRepo, and a folder that is not there has nothing to delete", async () => {
    const repo = await newRepo(there);
    const folder = folderOf({ "new.txt": "new" });
    await uploadFolder({ ...known, repo, folder, pathInRepo: "./sub/", deletePatterns: ["old.bin"] });
    expect(await pathsOf(repo)).toEqual([".gitattributes", "old.txt", "same.txt", "sub/deep/old.bin", "sub/new.txt"]);
    await uploadFolder({ ...known, repo, folder, pathInRepo: "other", deletePatterns: ["*"] });
    expect(await pathsOf(repo)).toContain("other/new.txt");
  });
});

describe("isPullRequest", () => {
  interface PullRequest {
    readonly title: string;
    readonly status: string;
    readonly author: { readonly name: string };
    readonly events: readonly { readonly data: { readonly latest?: { readonly raw?: string } } }[];
  }

  async function pull(repo: string, num: number): Promise<PullRequest> {
    const headers = { authorization: `Bearer ${hub.token}` };
    const response = await fetch(`${hub.url}/api/models/${repo}/discussions/${num}`, { headers });
    return (await response.json()) as PullRequest;
  }

  it("lets somebody without the right to write offer a commit", async () => {
    const repo = await newRepo({ "a.txt": "a" });
    const asGuest = { hubUrl: hub.url, accessToken: guest.token, repo };
    const large = new Uint8Array(2_000_000).map((_, index) => index * 31);
    const output = await uploadFiles({
      ...asGuest,
      files: [
        { path: "a.txt", content: "b" },
        { path: "large.bin", content: large },
      ],
      commitTitle: "Better files",
      isPullRequest: true,
    });
    expect(output.pullRequestUrl).toBe(`${hub.url}/${repo}/discussions/1`);
    expect(output.verified).toBe(true);
    expect(await pull(repo, 1)).toMatchObject({ title: "Better files", status: "open", author: { name: guest.name } });
    expect(await textOf(repo, "refs/pr/1", "a.txt")).toBe("b");
    expect(await pathsOf(repo, "refs/pr/1")).toContain("large.bin");
    expect(await textOf(repo, "main", "a.txt")).toBe("a");
  });

  it("opens none when nothing changes, and one for every kind of commit", async () => {
    const repo = await newRepo({ "a.txt": "a", "b.txt": "b" });
    const asking = { ...known, repo, isPullRequest: true };
    const folder = folderOf({ "a.txt": "a" });
    const unchanged = await uploadFolder({ ...asking, folder });
    expect(unchanged).toMatchObject({ commits: [] });
    expect(unchanged).not.toHaveProperty("pullRequestUrl");
    expect(await routes()).not.toContain("discussions.create");
    const jobs = [
      () => uploadFolder({ ...asking, folder: folderOf({ "a.txt": "c" }), deletePatterns: "*" }),
      () => commit({ ...asking, title: "Tidy up", operations: [{ operation: "delete", path: "b.txt" }] }),
      () => deleteFile({ ...asking, path: "a.txt" }),
    ];
    const urls: (string | undefined)[] = [];
    for (const job of jobs) urls.push((await job()).pullRequestUrl);
    expect(urls).toEqual([1, 2, 3].map((num) => `${hub.url}/${repo}/discussions/${num}`));
    expect(await pathsOf(repo, "refs/pr/1")).toEqual([".gitattributes", "a.txt"]);
    expect(await pathsOf(repo)).toEqual([".gitattributes", "a.txt", "b.txt"]);
  });

  it("opens one when the answer to its opening is lost", async () => {
    const repo = await newRepo({ "a.txt": "a" });
    await hub.order({ route: "discussions.create", times: 1, fault: { kind: "dropAnswer" } });
    const output = await uploadFolder({ ...known, repo, folder: folderOf({ "a.txt": "b" }), isPullRequest: true });
    await hub.heal();
    expect(output.pullRequestUrl).toBe(`${hub.url}/${repo}/discussions/1`);
    expect((await routes()).filter((route) => route === "discussions.create")).toHaveLength(1);
    expect(await pull(repo, 1)).toMatchObject({ status: "open" });
  });

  it("goes against main only", async () => {
    const repo = await newRepo();
    const { error } = await watch(
      uploadFolder({ ...known, repo, folder: folderOf({ "a.txt": "a" }), branch: "next", isPullRequest: true }),
    );
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(await routes()).toEqual([]);
  });
});
