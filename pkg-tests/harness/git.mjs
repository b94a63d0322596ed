// Looks at a repo of the embedded Hub with git itself.
import { spawnSync } from "node:child_process";

function git(repo, ...args) {
  const { status, stdout, stderr } = spawnSync("git", ["--git-dir", repo, "-c", "core.quotePath=false", ...args], {
    maxBuffer: 256 << 20,
    env: { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" },
  });
  if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** The commits of a branch, newest first. */
export function commits(repo, branch = "main") {
  const text = git(repo, "log", "--format=%H%x00%P%x00%an%x00%s", branch, "--").toString();
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [oid, parents, author, title] = line.split("\0");
      return { oid, parents: parents.split(" ").filter((parent) => parent !== ""), author, title };
    });
}

/** The branches, tags and pull requests of a repo. */
export function refs(repo) {
  const text = git(repo, "for-each-ref", "--format=%(refname)").toString();
  return text.split("\n").filter((line) => line !== "");
}

/** path → { oid, mode } of every file of a revision. */
export function tree(repo, revision = "main") {
  const text = git(repo, "ls-tree", "-r", "-z", "--full-tree", revision).toString();
  const files = new Map();
  for (const line of text.split("\0")) {
    if (line === "") continue;
    const [, mode, type, oid, path] = /^(\d+) (\w+) ([0-9a-f]+)\t(.*)$/s.exec(line);
    if (type !== "blob") throw new Error(`${path} is a ${type}`);
    files.set(path, { oid, mode });
  }
  return files;
}

/** The content of an object. */
export const blob = (repo, oid) => git(repo, "cat-file", "blob", oid);

/** What git finds wrong with a repo; empty when it is sound. */
export function fsck(repo) {
  const { status, stdout, stderr } = spawnSync(
    "git",
    ["--git-dir", repo, "fsck", "--full", "--strict", "--no-dangling"],
    {
      encoding: "utf8",
    },
  );
  const said = `${stdout}${stderr}`
    .split("\n")
    .filter((line) => line !== "" && !/^(Checking|notice: )/.test(line))
    .join("\n");
  return status === 0 ? said : said || `exit code ${status}`;
}
