// Deletions: one commit each, and none when there is nothing to delete.
import { describe, expect, it } from "vitest";
import {
  createBranch,
  deleteFile,
  deleteFiles,
  deleteFolder,
  InvalidInputError,
  listCommits,
  listFiles,
  uploadFiles,
} from "../../src/entry/node.js";
import { suiteHub } from "../harness/suite-hub.js";

const { hub, known, newRepo: emptyRepo } = suiteHub();
const PATHS = ["a.txt", "b.tmp", "data/a.tmp", "data/deep/b.csv", "data2/c.csv", "odd & 100% [x].txt"];

async function newRepo(): Promise<{ hubUrl: string; accessToken: string; repo: string }> {
  const repo = await emptyRepo();
  await uploadFiles({ ...known, repo, files: PATHS.map((path) => ({ path, content: path })) });
  return { ...known, repo };
}

async function pathsOf(repo: { repo: string }, revision = "main"): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path, type } of listFiles({ ...known, ...repo, revision, recursive: true }))
    if (type === "file" && path !== ".gitattributes") paths.push(path);
  return paths;
}

async function titlesOf(repo: { repo: string }): Promise<string[]> {
  const titles: string[] = [];
  for await (const { title } of listCommits({ ...known, ...repo })) titles.push(title);
  return titles;
}

const without = (...gone: string[]): string[] => PATHS.filter((path) => !gone.includes(path));

describe("deleteFile", () => {
  it("deletes one file", async () => {
    const repo = await newRepo();
    const { commit, commits } = await deleteFile({ ...repo, path: "odd & 100% [x].txt" });
    expect(await pathsOf(repo)).toEqual(without("odd & 100% [x].txt"));
    expect((await titlesOf(repo))[0]).toBe("Delete odd & 100% [x].txt");
    expect(commits.map(({ oid }) => oid)).toEqual([commit.oid]);
  });

  it("takes title, description, branch and parent", async () => {
    const repo = await newRepo();
    await createBranch({ ...repo, branch: "side" });
    const message = { commitTitle: "Away", commitDescription: "with it" };
    await deleteFile({ ...repo, path: "a.txt", branch: "side", ...message });
    expect(await pathsOf(repo)).toEqual(PATHS);
    expect(await pathsOf(repo, "side")).toEqual(without("a.txt"));
    for await (const { title, message } of listCommits({ ...repo, revision: "side" })) {
      expect({ title, message }).toMatchObject({
        title: "Away",
        message: expect.stringContaining("with it") as string,
      });
      break;
    }
    const stale = deleteFile({ ...repo, path: "a.txt", parentCommit: "0123456789" });
    await expect(stale).rejects.toMatchObject({ name: "HubApiError", code: "conflict", statusCode: 412 });
  });

  it("says so when there is no such file", async () => {
    const repo = await newRepo();
    const missing = deleteFile({ ...repo, path: "never" });
    await expect(missing).rejects.toMatchObject({ name: "HubApiError", code: "entry_not_found", statusCode: 404 });
    expect((await titlesOf(repo)).length).toBe(2);
  });
});

describe("deleteFiles", () => {
  it("deletes the given files in one commit", async () => {
    const repo = await newRepo();
    await deleteFiles({ ...repo, paths: ["a.txt", "data2/c.csv"] });
    expect(await pathsOf(repo)).toEqual(without("a.txt", "data2/c.csv"));
    expect((await titlesOf(repo)).slice(0, 2)).toEqual(["Deletes 2 files", "Add 6 files"]);
  });

  it("deletes what matches patterns, as Python would", async () => {
    const repo = await newRepo();
    await deleteFiles({ ...repo, patterns: ["*.tmp", "data/"] });
    expect(await pathsOf(repo)).toEqual(without("b.tmp", "data/a.tmp", "data/deep/b.csv"));
    expect((await titlesOf(repo))[0]).toBe("Delete files *.tmp data/ with hubferry");
    await deleteFiles({ ...repo, patterns: "*" });
    expect(await pathsOf(repo)).toEqual([]);
    const all: string[] = [];
    for await (const { path } of listFiles(repo)) all.push(path);
    expect(all).toEqual([".gitattributes"]);
  });

  it("makes no commit when nothing matches or nothing is given", async () => {
    const repo = await newRepo();
    const before = await titlesOf(repo);
    const none = await deleteFiles({ ...repo, patterns: ["*.never"] });
    expect(none.commits).toEqual([]);
    expect(none.commit.oid).toMatch(/^[0-9a-f]{40}$/);
    expect((await deleteFiles({ ...repo, paths: [] })).commit).toEqual(none.commit);
    expect(await titlesOf(repo)).toEqual(before);
  });

  it("refuses what is no list before any request", async () => {
    const repo = await newRepo();
    await hub.forget();
    for (const paths of ["a.txt", undefined, null, 7, [7]] as unknown as string[][]) {
      await expect(deleteFiles({ ...repo, paths })).rejects.toBeInstanceOf(InvalidInputError);
    }
    for (const patterns of [null, 7, [7], { a: 1 }] as unknown as string[][]) {
      await expect(deleteFiles({ ...repo, patterns })).rejects.toBeInstanceOf(InvalidInputError);
    }
    expect(await hub.requests()).toEqual([]);
  });
});

describe("deleteFolder", () => {
  it.each(["data", "data/"])("deletes %s with everything in it", async (path) => {
    const repo = await newRepo();
    await deleteFolder({ ...repo, path });
    expect(await pathsOf(repo)).toEqual(without("data/a.tmp", "data/deep/b.csv"));
    expect((await titlesOf(repo))[0]).toBe(`Delete folder ${path} with hubferry`);
  });

  it("says so when there is no such folder, and never means the root", async () => {
    const repo = await newRepo();
    await expect(deleteFolder({ ...repo, path: "never" })).rejects.toMatchObject({ code: "entry_not_found" });
    await hub.forget();
    for (const path of ["", "/", ".", "..", undefined as unknown as string])
      await expect(deleteFolder({ ...repo, path })).rejects.toBeInstanceOf(InvalidInputError);
    expect(await hub.requests()).toEqual([]);
    expect(await pathsOf(repo)).toEqual(PATHS);
  });
});
