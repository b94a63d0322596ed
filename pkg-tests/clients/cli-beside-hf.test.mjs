// The command line beside the Hub's own, in the pinned version: each invocation with `hf` on one organisation's repos and with the packed
// `hubferry` on another's, then the repos, the last line and the exit code are compared. Where they differ on purpose the row says why.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { cliEnvironment, program, start } from "../harness/cli.mjs";
import { differences, digestsBelow } from "../harness/compare.mjs";
import { python, temporaryFolder } from "../harness/environment.mjs";
import { refs, tree } from "../harness/git.mjs";
import { startHub } from "../harness/hub.mjs";
import { noise } from "../harness/fixture.mjs";

const FOLDERS = { model: "models", dataset: "datasets", space: "spaces" };

/** What is uploaded. */
const FILES = {
  "folder/a.txt": "first",
  "folder/README.md": "---\nlicense: mit\n---\n# Hello",
  "folder/weights.bin": noise(300_000, 1),
  "folder/sub/b.txt": "second",
  "folder/sub/deep/c.json": "{}",
  "folder/.hidden": "hidden",
  "folder/.git/config": "never",
  "other/a.txt": "another version",
  "other/new.safetensors": noise(40_000, 2),
  "plain.txt": "plain",
  "one.safetensors": noise(20_000, 3),
  "two.safetensors": noise(20_000, 4),
  "named/inside.txt": "found by the repo's name",
};

/** Each may begin with what an earlier one has left. `ORG` is the organisation; `hf` are other words for the other program,
 * `input` is what is typed. */
const INVOCATIONS = [
  { name: "a file", words: ["upload", "ORG/file", "plain.txt"] },
  { name: "a file to another path", words: ["upload", "ORG/file", "folder/weights.bin", "data/model.bin"] },
  { name: "a folder", words: ["upload", "ORG/folder", "folder"] },
  { name: "nothing changed", words: ["upload", "ORG/folder", "folder"] },
  { name: "a folder below a path", words: ["upload", "ORG/folder", "other", "nested/dir"] },
  { name: "by the repo's name", words: ["upload", "ORG/named"] },
  { name: "a pattern", words: ["upload", "ORG/pattern", "*.safetensors"] },
  {
    name: "include and exclude",
    words: ["upload", "ORG/filters", "folder", "--include", "*.txt", "--include", "*.json", "--exclude", "sub/deep/*"],
  },
  {
    name: "delete, with a message",
    words: [
      "upload",
      "ORG/folder",
      "other",
      ".",
      "--delete",
      "*.txt",
      "--commit-message",
      "Tidy",
      "--commit-description",
      "Up",
    ],
  },
  { name: "a revision that is made", words: ["upload", "ORG/folder", "folder", "--revision", "v2"] },
  { name: "a pull request", words: ["upload", "ORG/folder", "plain.txt", "--create-pr", "--commit-message", "Offer"] },
  { name: "a pull request with nothing new", words: ["upload", "ORG/folder", "other", "--create-pr"] },
  { name: "a pull request on a branch", words: ["upload", "ORG/folder", "folder", "--revision", "v2", "--create-pr"] },
  { name: "a private repo", words: ["upload", "ORG/hidden", "other", "--private"] },
  { name: "a dataset", words: ["upload", "ORG/data", "folder", "--repo-type", "dataset"] },
  { name: "a Space", words: ["upload", "ORG/space", "other", "--type=space"] },
  { name: "an address", words: ["upload", "hf://datasets/ORG/data@v3/below", "other"] },
  {
    name: "an address and an option that it stands for",
    words: ["upload", "hf://datasets/ORG/data", "other", "--type", "space"],
  },
  { name: "quietly", words: ["upload", "ORG/file", "two.safetensors", "-q"] },
  { name: "no such path", words: ["upload", "ORG/none", "nowhere"] },
  { name: "nothing of the repo's name", words: ["upload", "ORG/none"] },
  { name: "a bad token", words: ["upload", "ORG/none", "folder", "--token", `hf_${"x".repeat(34)}`] },
  { name: "a bad repo id", words: ["upload", "ORG//none", "folder"] },
  { name: "a kind of repo that there is not", words: ["upload", "ORG/none", "folder", "--repo-type", "thing"] },
  { name: "a time that is none", words: ["upload", "ORG/none", "folder", "--every", "0"] },
  { name: "too many words", words: ["upload", "ORG/none", "one.safetensors", "two.safetensors", "plain.txt"] },
  { name: "a download", words: ["download", "ORG/data", "--repo-type", "dataset"] },
  { name: "a download of files", words: ["download", "ORG/folder", "README.md", "sub/b.txt", "--revision", "v2"] },
  {
    name: "a download of one file",
    words: ["download", "ORG/folder", "sub/b.txt", "--revision", "v2", "--local-dir", "got"],
  },
  {
    name: "a download by patterns",
    words: [
      "download",
      "ORG/folder",
      "--include",
      "*.txt",
      "--exclude",
      "sub/*",
      "--revision",
      "v2",
      "--local-dir",
      "some",
    ],
  },
  { name: "a download of no such file", words: ["download", "ORG/folder", "nowhere.txt"] },
  { name: "a download of no such repo", words: ["download", "ORG/none"] },
  {
    name: "a download to another cache",
    words: ["download", "ORG/folder", "sub/b.txt", "--revision", "v2", "--cache-dir", "cache"],
  },
  { name: "a repo that is made", words: ["repos", "create", "ORG/made"] },
  { name: "a private dataset that is made", words: ["repos", "create", "ORG/made", "--type", "dataset", "--private"] },
  { name: "a Space that is made", words: ["repos", "create", "ORG/made", "--type", "space", "--sdk", "static"] },
  { name: "a Space of no kind", words: ["repos", "create", "ORG/other", "--type", "space"] },
  { name: "a repo that is there", words: ["repos", "create", "ORG/made"] },
  { name: "a repo that may be there", words: ["repos", "create", "ORG/made", "--exist-ok"] },
  {
    name: "files that are deleted",
    words: ["repos", "delete-files", "ORG/folder", "*.json", "sub/", "--revision", "v2"],
  },
  {
    name: "files that are deleted by a pull request",
    words: ["repos", "delete-files", "ORG/folder", "a.txt", "--create-pr", "--commit-message", "Away"],
  },
  { name: "no such files", words: ["repos", "delete-files", "ORG/folder", "*.never"] },
  { name: "a deletion that is not confirmed", words: ["repos", "delete", "ORG/made"], input: "n\n" },
  { name: "a deletion without an answer", words: ["repos", "delete", "ORG/made"] },
  { name: "a deletion that cannot be confirmed", words: ["repos", "delete", "ORG/made", "-q"] },
  { name: "a deletion that is confirmed", words: ["repos", "delete", "ORG/made"], input: "y\n" },
  { name: "a deletion without a question", words: ["repos", "delete", "ORG/made", "--type", "dataset", "--yes"] },
  { name: "a deletion of no such repo", words: ["repos", "delete", "ORG/never", "-y"] },
  { name: "a deletion of a repo that may be missing", words: ["repos", "delete", "ORG/never", "-y", "--missing-ok"] },
  { name: "whoami", words: ["auth", "whoami", "-q"] },
  { name: "whoami without a token", words: ["auth", "whoami"], env: { HF_TOKEN: "" } },
  {
    name: "whoami as the older command line has it",
    words: ["whoami"],
    // Its successor knows it no longer.
    hf: ["auth", "whoami", "-q"],
  },
];

describe("hubferry beside hf", () => {
  let hub;
  const sides = {};
  before(async () => {
    hub = await startHub({ flags: ["--org", "left:alice", "--org", "right:alice"] });
    const hf = join(dirname(python()), "hf");
    sides.left = side("left", hf, ["--format", "human"]);
    sides.right = side("right", program(), []);
  });
  after(async () => {
    await hub?.stop();
  });

  function side(org, file, flags) {
    const home = realpathSync(temporaryFolder(`cli-${org}`));
    const cwd = join(home, "work");
    for (const [path, content] of Object.entries(FILES)) {
      mkdirSync(dirname(join(cwd, path)), { recursive: true });
      writeFileSync(join(cwd, path), content);
    }
    return { org, file, flags, home, cwd };
  }

  async function run({ org, file, flags, home, cwd }, words, env, input) {
    const more = {
      HF_HUB_DISABLE_UPDATE_CHECK: "1",
      HF_HUB_DISABLE_TELEMETRY: "1",
      PYTHONDONTWRITEBYTECODE: "1",
      ...env,
    };
    const said = words.map((word) => word.replace("ORG", org));
    const quiet = said.includes("-q") ? [] : flags;
    const { code, stdout, stderr, last } = await start(file, [...said, ...quiet], {
      cwd,
      input,
      env: cliEnvironment(hub, home, more),
    }).ended;
    assert.doesNotMatch(stdout + stderr, new RegExp(hub.token), "the token is told");
    // `hf` puts a label before its last line.
    const plain = last.replace(/^ *(?:url|path|user|repo_id|commit_url): /, "").replaceAll(home, "HOME");
    const named = plain.replaceAll(org, "ORG").replaceAll(/\b[0-9a-f]{40}\b/g, "OID");
    return { code, last: named, stdout, stderr };
  }

  /** Everything that the Hub holds of an organisation: repo → what can be seen of it. */
  function held(org) {
    const found = {};
    for (const folder of Object.values(FOLDERS)) {
      const at = join(hub.data, "repos", folder, org);
      let names = [];
      try {
        names = readdirSync(at);
      } catch {
        // None of this kind.
      }
      for (const name of names.sort()) {
        const repo = join(at, name);
        const { private: hidden, sdk } = JSON.parse(readFileSync(join(repo, "hub.json"), "utf8"));
        const branches = Object.fromEntries(refs(repo).map((ref) => [ref, [...tree(repo, ref)]]));
        found[`${folder}/${name}`] = { hidden, sdk, branches };
      }
    }
    return found;
  }

  /** What was brought: the folder of downloads, and the cache as it is read, through its links. */
  function brought({ home, cwd }) {
    const copy = temporaryFolder("brought");
    for (const [name, folder] of Object.entries({
      hub: join(home, "hf/hub"),
      cache: join(cwd, "cache"),
      got: join(cwd, "got"),
      some: join(cwd, "some"),
    }))
      cpSync(folder, join(copy, name), { recursive: true, dereference: true, force: true, errorOnExist: false });
    const all = digestsBelow(copy);
    // What `hf` notes for itself; and the contents under other names, of which a snapshot is made of links there.
    for (const path of all.keys())
      if (/(?:^|\/)(?:\.cache|blobs|\.locks|\.no_exist)\//.test(path) || !/snapshots|refs|^got|^some/.test(path))
        all.delete(path);
    return all;
  }

  for (const { name, words, hf = words, env, input } of INVOCATIONS) {
    test(name, async () => {
      const [theirs, ours] = await Promise.all([run(sides.left, hf, env, input), run(sides.right, words, env, input)]);
      const shown = `hf: ${theirs.stdout}${theirs.stderr}\nhubferry: ${ours.stdout}${ours.stderr}`;
      assert.equal(ours.code, theirs.code, shown);
      if (ours.code === 0) assert.equal(ours.last, theirs.last, shown);
      else assert.equal(ours.stdout, "", shown);
      assert.deepEqual(held("right"), held("left"), shown);
    });
  }

  test("what the downloads have brought", () => {
    const plain = (at) =>
      new Map(
        [...brought(at)].map(([path, digest]) => {
          const named = path.replace(`--${at.org}--`, "--ORG--").replace(/[0-9a-f]{40}/, "OID");
          // A ref holds the name of a commit, which is another one on each side.
          return [named, named.includes("/refs/") ? "a commit" : digest];
        }),
      );
    const ours = plain(sides.right);
    assert.deepEqual(differences(ours, plain(sides.left)), []);
    for (const path of [
      "got/sub/b.txt",
      "some/a.txt",
      "hub/models--ORG--folder/refs/v2",
      "cache/models--ORG--folder/refs/v2",
    ])
      assert.ok(ours.has(path), path);
    assert.ok(ours.has("hub/datasets--ORG--data/snapshots/OID/weights.bin"));
  });

  describe("differs on purpose", () => {
    test("a command without its words is a mistake, not a question", async () => {
      const [theirs, ours] = await Promise.all([run(sides.left, ["upload"]), run(sides.right, ["upload"])]);
      assert.deepEqual([theirs.code, ours.code], [0, 2]);
      assert.match(ours.stderr, /missing required argument 'repo_id'/);
    });

    test("what operating systems leave behind stays behind, with a warning", async () => {
      for (const { cwd } of [sides.left, sides.right]) {
        mkdirSync(join(cwd, "desktop"));
        for (const name of [".DS_Store", "real.txt"]) writeFileSync(join(cwd, "desktop", name), name);
      }
      const words = ["upload", "ORG/desktop", "desktop"];
      const [theirs, ours] = await Promise.all([run(sides.left, words), run(sides.right, words)]);
      assert.deepEqual([theirs.code, ours.code], [0, 0]);
      const paths = (org) => [...tree(join(hub.data, "repos/models", org, "desktop.git")).keys()].sort();
      assert.deepEqual(paths("left"), [".DS_Store", ".gitattributes", "real.txt"]);
      assert.deepEqual(paths("right"), [".gitattributes", "real.txt"]);
      assert.match(ours.stderr, /Left out: .*\.DS_Store/);
    });

    test("a missing path is told in a line, not by a traceback", async () => {
      const words = ["upload", "ORG/none", "nowhere"];
      const [theirs, ours] = await Promise.all([run(sides.left, words), run(sides.right, words)]);
      assert.match(theirs.stderr, /Traceback/);
      assert.match(ours.stderr, /^Error: There is no file or folder "nowhere": check the path\n$/);
    });
  });
});
