// The package commits what the Python client commits: for a folder that is hard to push, line by line, in the same order.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { python, root, temporaryFolder } from "../harness/environment.mjs";
import { fixtureFiles, writeFolder } from "../harness/fixture.mjs";
import { importInstalled } from "../harness/project.mjs";
import { startRecorder } from "../harness/recorder.mjs";
import { pythonEnvironment, run, startClientsHub } from "./scripts.mjs";

/** Rules of several kinds: names, folders, anchors, exceptions, spaces, and one that meets files only by its folder. */
const IGNORE = `# What stays at home
*.dat
!sample-3.dat
/many/
texts/**/note 1?.md
odd/star\\*
two\\ \\ spaces.txt
deep/deep/deep/
empty.*
!/empty.txt
`;

const TITLE = "The same folder";
const files = fixtureFiles({ largeBytes: 3_000_000 });
files.delete("texts/large.txt");
files.set(".gitignore", Buffer.from(IGNORE));
files.set("nested/.gitignore", Buffer.from("*.local\n"));
files.set("nested/kept.local", Buffer.from("only the ignore file at the root counts for the Hub\n"));

/** The parsed header of a commit, and its operations. */
const split = ({ lines: [header, ...operations] }) => ({ header: header.value, operations });
const pathOf = ({ value }) => value.path;

/** The files of a folder that git would not add. */
function ignoredByGit(folder) {
  const repo = join(temporaryFolder("ignored"), "git");
  git(repo, "init", "--quiet", "--bare");
  const listed = git(repo, "--work-tree", folder, "ls-files", "--others", "--ignored", "--exclude-standard", "-z");
  return new Set(listed.split("\0").filter((path) => path !== ""));
}

function git(repo, ...args) {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  const { status, stdout, stderr } = spawnSync("git", ["--git-dir", repo, "-c", "core.bare=false", ...args], {
    encoding: "utf8",
    env,
  });
  if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
  return stdout;
}

describe("the commit of a folder", () => {
  const folder = join(temporaryFolder("same-commit"), "folder");
  let hub;
  let door;
  let hubferry;
  let theirs;

  before(async () => {
    writeFolder(folder, files);
    // Both leave these at home without being told.
    for (const path of [".git/config", "nested/.git/HEAD", ".cache/huggingface/upload/x.metadata"]) {
      mkdirSync(join(folder, path, ".."), { recursive: true });
      writeFileSync(join(folder, path), "not for the Hub\n");
    }
    hub = await startClientsHub();
    door = await startRecorder(hub.url);
    hubferry = await importInstalled("hubferry");
    await hub.create("python");
    const { status, output } = await run(python(), [join(root, "pkg-tests/clients/python/upload_folder.py")], {
      env: pythonEnvironment({ url: door.url, token: hub.token }),
      input: JSON.stringify({
        repo_id: `${hub.user}/python`,
        repo_type: "dataset",
        folder_path: folder,
        commit_message: TITLE,
      }),
    });
    assert.equal(status, 0, output);
    const commits = door.take();
    assert.equal(commits.length, 1);
    theirs = split(commits[0]);
  });
  after(async () => {
    door?.close();
    await hub?.stop();
  });

  /** The one commit of a push of the folder by the package. */
  async function ours(name, options) {
    await hub.create(name);
    await hubferry.uploadFolder({
      hubUrl: door.url,
      accessToken: hub.token,
      repo: hub.repo(name),
      folder: pathToFileURL(`${folder}/`),
      commitTitle: TITLE,
      ...options,
    });
    const commits = door.take();
    assert.equal(commits.length, 1);
    return split(commits[0]);
  }

  test("is the Python client's, line by line", async () => {
    const { header, operations } = await ours("ours", { gitignore: "hub" });
    assert.deepEqual(operations.map(pathOf), theirs.operations.map(pathOf));
    assert.deepEqual(operations, theirs.operations);
    assert.equal(header.summary, theirs.header.summary);
    assert.equal(header.description ?? "", theirs.header.description);
    // We say what it stands on, so that a second one in its place is refused.
    assert.match(header.parentCommit, /^[0-9a-f]{40}$/);
    assert.equal(theirs.header.parentCommit, undefined);
  });

  test("leaves exactly what git ignores at home, too, when the package reads the ignore files", async () => {
    const { operations } = await ours("local", { gitignore: "local" });
    const home = ignoredByGit(folder);
    const difference = theirs.operations.map(pathOf).filter((path) => home.has(path));
    // The Hub knows the ignore file at the root only.
    assert.deepEqual(difference, ["nested/kept.local"]);
    const left = theirs.operations.filter((operation) => !home.has(pathOf(operation)));
    assert.deepEqual(operations, left);
    for (const path of files.keys()) {
      assert.equal(
        operations.some((operation) => pathOf(operation) === path),
        !home.has(path),
        path,
      );
    }
  });

  test("knows both kinds of files, and leaves some out", () => {
    const kinds = new Set(theirs.operations.map(({ key }) => key));
    assert.deepEqual([...kinds].sort(), ["file", "lfsFile"]);
    const landed = new Set(theirs.operations.map(pathOf));
    const left = [...files.keys()].filter((path) => !landed.has(path));
    assert.ok(left.length > 150, `${left.length} files are left out`);
    for (const path of ["many/000.csv", "empty.bin", "odd/star*"]) assert.ok(left.includes(path), path);
    for (const path of ["binaries/3/sample-3.dat", "empty.txt", "nested/kept.local"]) assert.ok(landed.has(path), path);
  });
});
