// Large folders to the embedded Hub under Node: several commits, one pull request, dry runs, and files that fail.
import { execFileSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  listCommits,
  listFiles,
  planCommits,
  uploadFolder,
  uploadLargeFolder,
  type CommitState,
  type Progress,
  type UploadEvent,
} from "../../src/entry/node.js";
import { temporaryFolder } from "../harness/folder.js";
import { suiteHub } from "../harness/suite-hub.js";

const { hub, known, newRepo } = suiteHub();

/** Small files; every hundredth is one that the Hub wants in its store. */
function files(count: number, tag = ""): Map<string, string | Uint8Array<ArrayBuffer>> {
  const content = (n: number): string | Uint8Array<ArrayBuffer> =>
    n % 100 === 7 ? new Uint8Array(3000).fill(n % 251).map((byte, at) => (byte * (at + n)) & 255) : `file ${n}${tag}\n`;
  return new Map(
    Array.from({ length: count }, (_, n) => [
      `d${n % 30}/${String(n).padStart(5, "0")}${n % 100 === 7 ? ".bin" : ".txt"}`,
      content(n),
    ]),
  );
}

/** The commits of a branch, from the oldest: subjects, and the files that each changed. */
function gitLog(repo: string, branch = "main"): { subject: string; parents: number; files: number }[] {
  const args = ["--git-dir", hub.repoFolder(repo), "log", "--reverse", "--name-only", "--format=%x00%s%x01%P", branch];
  const text = execFileSync("git", args, { encoding: "utf8", maxBuffer: 1 << 28 });
  return text
    .split("\0")
    .slice(1)
    .map((entry) => {
      const [head = "", ...names] = entry.trim().split("\n");
      const [subject = "", parents = ""] = head.split("\x01");
      return { subject, parents: parents.split(" ").length, files: names.filter((name) => name !== "").length };
    });
}

async function pathsOf(repo: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path, type } of listFiles({ ...known, repo, recursive: true }))
    if (type === "file" && path !== ".gitattributes") paths.push(path);
  return paths.sort();
}

describe("a large folder", () => {
  it("becomes a chain of commits, told one by one", { timeout: 120_000 }, async () => {
    const repo = await newRepo();
    const folder = files(3_000);
    await hub.forget();
    const job = uploadLargeFolder({ ...known, repo, folder, commitTitle: "All of it" });
    const told: string[] = [];
    for await (const event of job) if (event.event === "commit") told.push(event.oid);
    const output = await job;
    expect((await hub.requests()).length).toBeLessThan(80);
    expect(output.commits.map(({ files }) => files)).toEqual([250, 400, 600, 1000, 750]);
    expect(told).toEqual(output.commits.map(({ oid }) => oid));
    expect(output).toMatchObject({ verified: true, commit: { oid: output.commits.at(-1)?.oid } });
    expect(await pathsOf(repo)).toEqual([...folder.keys()].sort());
    expect(gitLog(repo).slice(1)).toMatchObject([
      { subject: "All of it", files: 250 },
      { subject: "All of it (part 2)", files: 400 },
      { subject: "All of it (part 3)", files: 600 },
      { subject: "All of it (part 4)", files: 1000 },
      { subject: "All of it (part 5)", files: 750 },
    ]);
    const again = await uploadLargeFolder({ ...known, repo, folder });
    expect(again.commits).toEqual([]);
  });

  it("goes on after a commit whose answer is lost in the middle", { timeout: 120_000 }, async () => {
    const repo = await newRepo();
    await hub.order({ route: "commit", skip: 1, times: 1, fault: { kind: "dropAnswer" } });
    const folder = files(700);
    const output = await uploadFolder({ ...known, repo, folder, commits: "auto" });
    await hub.heal();
    expect(output.commits).toHaveLength(3);
    expect(
      gitLog(repo)
        .slice(1)
        .map(({ files }) => files),
    ).toEqual([250, 400, 50]);
  });

  it("collects all commits in one pull request and merges it once", { timeout: 120_000 }, async () => {
    const repo = await newRepo();
    const folder = files(700);
    const options = { commitTitle: "Please", isPullRequest: true, merge: true } as const;
    const output = await uploadLargeFolder({ ...known, repo, folder, ...options });
    expect(output.pullRequestUrl).toBe(`${hub.url}/${repo}/discussions/1`);
    expect(output.commits).toHaveLength(3);
    const log = gitLog(repo);
    expect(log.filter(({ parents }) => parents > 1).map(({ subject }) => subject)).toEqual(["Please (#1)"]);
    expect(log.map(({ subject }) => subject).filter((subject) => subject.startsWith("Please"))).toHaveLength(4);
    expect(await pathsOf(repo)).toEqual([...folder.keys()].sort());
  });

  it("lets the caller plan the commits", async () => {
    const repo = await newRepo();
    const states: CommitState[] = [];
    const folder = files(60);
    const output = await uploadFolder({
      ...known,
      repo,
      folder,
      commits: "auto",
      planCommits: (state) => {
        states.push(state);
        return planCommits({ ...state, most: 25 });
      },
    });
    expect(output.commits.map(({ files }) => files)).toEqual([25, 25, 10]);
    expect(states.at(-1)).toMatchObject({ more: false, commits: 2 });
    expect(states[0]?.files[0]).toEqual({ path: "d0/00000.txt", size: 7, inline: true });
  });

  it("fails with what the caller's plan throws, and with one that is no number", async () => {
    const repo = await newRepo();
    const upload = (planCommits: () => number): Promise<unknown> =>
      uploadFolder({ ...known, repo, folder: files(3), commits: "auto", planCommits }).then(
        () => "it worked",
        (error: unknown) => (error as Error).message,
      );
    const broken = (): number => {
      throw new Error("not today");
    };
    expect(await upload(broken)).toContain("not today");
    expect(await upload(() => 1.5)).toContain("planCommits must give the number of files");
    expect(await pathsOf(repo)).toEqual([]);
  });

  it("reports", async () => {
    const repo = await newRepo();
    const reports: Progress[] = [];
    const onReport = (progress: Progress): void => {
      reports.push(progress);
    };
    await uploadLargeFolder({ ...known, repo, folder: files(600), reportSeconds: 0.001, onReport });
    expect(reports.length).toBeGreaterThan(1);
    expect(reports.at(-1)?.files.total).toBe(600);
  });
});

describe("a dry run", () => {
  it("of 5,000 files equals the upload, and changes nothing", { timeout: 180_000 }, async () => {
    const repo = await newRepo();
    const before = files(2_000);
    before.set("old/gone.txt", "gone");
    await uploadFolder({ ...known, repo, folder: before });
    const folder = files(5_000);
    // Changed, some without another size; and ignored.
    for (let n = 0; n < 300; n += 3)
      if (n % 100 !== 7) folder.set(`d${n % 30}/${String(n).padStart(5, "0")}.txt`, `FILE ${n}\n`);
    for (let n = 1; n < 300; n += 3)
      if (n % 100 !== 7) folder.set(`d${n % 30}/${String(n).padStart(5, "0")}.txt`, `file ${n} is longer\n`);
    folder.set(".gitignore", "*.log\n");
    folder.set("d1/x.log", "ignored");
    folder.set(".git/config", "ignored");
    const options = { ...known, repo, folder, commits: "auto", deletePatterns: "old/*" } as const;
    const commitsBefore = gitLog(repo).length;
    await hub.forget();
    const plan = await uploadFolder({ ...options, dryRun: true });
    const changing = new Set(["commit", "branch.create", "lfs.batch", "xet.xorb", "xet.shard", "discussions.create"]);
    expect((await hub.requests()).filter(({ route, method }) => method !== "GET" && changing.has(route))).toEqual([]);
    expect(gitLog(repo)).toHaveLength(commitsBefore);

    await hub.forget();
    const output = await uploadFolder(options);
    const requests = await hub.requests();
    const having = (state: string): string[] =>
      output.files.filter((file) => file.state === state).map(({ path }) => path);
    expect(plan.added).toEqual(having("added"));
    expect(plan.updated).toEqual(having("updated"));
    expect(plan.unchanged).toEqual(having("unchanged"));
    expect(plan.added.length + plan.updated.length + plan.unchanged.length).toBe(5_001);
    expect(plan.deleted).toEqual(["old/gone.txt"]);
    expect(plan.ignored).toEqual([
      { path: "d1/x.log", rule: ".gitignore:1: *.log" },
      { path: ".git/config", rule: ".git" },
    ]);
    const changed = new Set([...plan.added, ...plan.updated]);
    expect(plan.bytes).toBe(
      output.files.filter(({ path }) => changed.has(path)).reduce((sum, { size }) => sum + size, 0),
    );
    expect(plan.commits).toBe(output.commits.length);
    expect(plan.requests).toBeGreaterThanOrEqual(requests.length);
    expect(plan.warnings).toMatchObject([{ code: "gitignored" }]);
  });

  it("makes no branch and opens no pull request", async () => {
    const repo = await newRepo();
    const folder = files(3);
    const branch = await uploadFolder({ ...known, repo, folder, branch: "next", createBranch: true, dryRun: true });
    const pull = await uploadFolder({ ...known, repo, folder, isPullRequest: true, dryRun: true });
    for (const plan of [branch, pull])
      expect(plan).toMatchObject({ added: [...folder.keys()], commits: 1, deleted: [] });
    const refs = execFileSync("git", ["--git-dir", hub.repoFolder(repo), "for-each-ref", "--format=%(refname)"], {
      encoding: "utf8",
    });
    expect(refs.trim()).toBe("refs/heads/main");
    const commits = [];
    for await (const commit of listCommits({ ...known, repo })) commits.push(commit);
    expect(commits).toHaveLength(1);
  });
});

describe("files that fail", () => {
  const spoiled = (): string => {
    const folder = temporaryFolder({ "a.txt": "a", "b.txt": "b", "c/d.bin": "\0".repeat(2_000_000), "c/e.txt": "e" });
    return folder;
  };

  it("are left out with a warning each, and the rest goes on", async () => {
    const repo = await newRepo();
    const folder = spoiled();
    const job = uploadFolder({ ...known, repo, folder, onFileError: "skip", fetch: spoil(folder) });
    const warnings: UploadEvent[] = [];
    for await (const event of job) if (event.event === "warning") warnings.push(event);
    const output = await job;
    expect(await pathsOf(repo)).toEqual(["a.txt", "c/e.txt"]);
    expect(output.files.filter(({ state }) => state === "failed").map(({ path }) => path)).toEqual([
      "b.txt",
      "c/d.bin",
    ]);
    expect(warnings).toMatchObject([
      { code: "file_skipped", paths: ["b.txt"] },
      { code: "file_skipped", paths: ["c/d.bin"] },
    ]);
    expect(job.progress.files.failed).toBe(2);
    expect(output.verified).toBe(true);
  });

  it("end an upload by default", async () => {
    const repo = await newRepo();
    const folder = spoiled();
    await expect(uploadFolder({ ...known, repo, folder, fetch: spoil(folder) })).rejects.toMatchObject({
      code: "file_changed",
    });
    expect(await pathsOf(repo)).toEqual([]);
  });

  /** Two files change while the first question is on its way. */
  function spoil(folder: string): typeof fetch {
    let first = true;
    return (input, init) => {
      if (first) for (const name of ["b.txt", "c/d.bin"]) appendFileSync(join(folder, name), "more");
      first = false;
      return fetch(input, init);
    };
  }
});
