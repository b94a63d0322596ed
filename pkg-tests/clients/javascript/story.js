// What @huggingface/hub is asked to do, the same under Node and in a page: each step throws when the Hub gave something else.
import * as client from "@huggingface/hub";

const ATTRIBUTES = ".gitattributes";

function equal(actual, expected, what) {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (found !== wanted) throw new Error(`${what}: ${found} instead of ${wanted}`);
}

/** A revision as the client's lists want it: they put it into the URL as it is. */
const inUrl = encodeURIComponent;

/** The status with which the Hub refuses a call. */
async function refused(promise) {
  try {
    await promise;
  } catch (error) {
    return error.statusCode ?? `${error}`;
  }
  throw new Error("the call was not refused");
}

async function all(iterable) {
  const values = [];
  for await (const value of iterable) values.push(value);
  return values;
}

function noise(size, seed) {
  const words = new Uint32Array(Math.ceil(size / 4));
  for (let i = 0, x = seed; i < words.length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[i] = x;
  }
  return new Uint8Array(words.buffer, 0, size);
}

const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
const digest = async (algorithm, bytes) => hex(await crypto.subtle.digest(algorithm, bytes));
const sha256 = (bytes) => digest("SHA-256", bytes);

async function blobId(bytes) {
  const head = new TextEncoder().encode(`blob ${bytes.length}\0`);
  const whole = new Uint8Array(head.length + bytes.length);
  whole.set(head);
  whole.set(bytes, head.length);
  return digest("SHA-1", whole);
}

/** Tells the story for one type of repo; gives the names of the steps. */
export async function story({ hubUrl, accessToken, type, name }) {
  const known = { hubUrl, accessToken, repo: { type, name } };
  // The client puts paths into URLs as they are, so none here has a "#", "?" or "%".
  const files = {
    "README.md": new TextEncoder().encode("---\nlicense: mit\n---\n# Tides\n"),
    "data/été & 潮.csv": new TextEncoder().encode("t,h\n0,1\n"),
    "empty.txt": new Uint8Array(),
    "weights/one.bin": noise(300_000, 7),
    "weights/parts.safetensors": noise(2_200_001, 8),
  };
  const paths = () => all(client.listFiles({ ...known, recursive: true })).then(filePaths);
  const filePaths = (entries) =>
    entries
      .filter((entry) => entry.type === "file" && entry.path !== ATTRIBUTES)
      .map(({ path }) => path)
      .sort();
  const bytesOf = async (path, more) => {
    const blob = await client.downloadFile({ ...known, path, xet: false, ...more });
    return blob && new Uint8Array(await blob.arrayBuffer());
  };
  let pushed;

  const steps = {
    async "who am I"() {
      const me = await client.whoAmI(known);
      equal([me.type, me.name, me.auth.accessToken.role], ["user", "alice", "write"], "me");
      equal(await refused(client.whoAmI({ ...known, accessToken: "hf_wrong" })), 401, "a wrong token");
    },
    async "a repo is made"() {
      equal(await client.repoExists(known), false, "before");
      const { repoUrl, id } = await client.createRepo({
        ...known,
        license: "mit",
        ...(type === "space" && { sdk: "static" }),
      });
      equal([repoUrl.endsWith(`/${name}`), id.length > 0], [true, true], repoUrl);
      equal(await client.repoExists(known), true, "after");
      equal(await refused(client.createRepo(known)), 409, "again");
    },
    async "files are pushed with progress"() {
      const events = [];
      const pushing = client.uploadFilesWithProgress({
        ...known,
        files: Object.entries(files).map(([path, bytes]) => ({ path, content: new Blob([bytes]) })),
        commitTitle: "All",
        commitDescription: "of it",
        useXet: false,
      });
      for (;;) {
        const { done, value } = await pushing.next();
        if (done) {
          pushed = value;
          break;
        }
        events.push(value);
      }
      const phases = events.filter(({ event }) => event === "phase").map(({ phase }) => phase);
      equal(phases, ["preuploading", "uploadingLargeFiles", "committing"], "phases");
      const finished = events.filter(({ event, progress }) => event === "fileProgress" && progress === 1);
      for (const path of ["weights/one.bin", "weights/parts.safetensors"]) {
        equal(finished.filter((event) => event.path === path).length > 0, true, `${path} is finished`);
      }
      equal(pushed.commit.url.endsWith(`/commit/${pushed.commit.oid}`), true, pushed.commit.url);
    },
    async "files are listed"() {
      equal(await paths(), Object.keys(files).sort(), "paths");
      const entries = await all(client.listFiles({ ...known, recursive: true, expand: true }));
      for (const [path, bytes] of Object.entries(files)) {
        const entry = entries.find((entry) => entry.path === path);
        equal(
          [entry.size, entry.lastCommit.id, entry.lastCommit.title],
          [bytes.length, pushed.commit.oid, "All"],
          path,
        );
        if (path.startsWith("weights/")) equal(entry.lfs.oid, await sha256(bytes), path);
        else equal([entry.oid, entry.lfs], [await blobId(bytes), undefined], path);
      }
      const below = await all(client.listFiles({ ...known, path: "weights" }));
      equal(filePaths(below), ["weights/one.bin", "weights/parts.safetensors"], "below a folder");
      equal(await refused(all(client.listFiles({ ...known, path: "nope" }))), 404, "a folder that is not there");
    },
    async "paths are looked up"() {
      const infos = await client.pathsInfo({ ...known, paths: ["weights/one.bin", "nope", "data"], expand: true });
      const found = infos.map(({ path, type, lastCommit }) => [path, type, lastCommit.id]).sort();
      const wanted = [
        ["data", "directory", pushed.commit.oid],
        ["weights/one.bin", "file", pushed.commit.oid],
      ];
      equal(found, wanted, "infos");
    },
    async "files are downloaded"() {
      for (const [path, bytes] of Object.entries(files)) {
        // The client asks for the first byte, which an empty file has not.
        if (bytes.length === 0) {
          equal(await refused(client.fileDownloadInfo({ ...known, path })), 416, path);
          continue;
        }
        const got = await bytesOf(path);
        equal(await sha256(got), await sha256(bytes), path);
        const info = await client.fileDownloadInfo({ ...known, path });
        equal(info.size, bytes.length, `the size of ${path}`);
        equal(info.xet, undefined, path);
      }
      equal(await bytesOf("nope"), null, "a file that is not there");
      equal(await client.fileDownloadInfo({ ...known, path: "nope" }), null, "its info");
      equal(await client.fileExists({ ...known, path: "empty.txt" }), true, "a file");
      const pointer = new TextDecoder().decode(await bytesOf("weights/one.bin", { raw: true }));
      equal(pointer.includes(`oid sha256:${await sha256(files["weights/one.bin"])}\n`), true, pointer);
    },
    async "a commit adds, replaces and deletes"() {
      const { commit } = await client.commit({
        ...known,
        title: "Three at once",
        operations: [
          { operation: "addOrUpdate", path: "new.txt", content: new Blob(["new"]) },
          { operation: "addOrUpdate", path: "empty.txt", content: new Blob(["not any more"]) },
          { operation: "delete", path: "weights/one.bin" },
        ],
        parentCommit: pushed.commit.oid,
        useXet: false,
      });
      delete files["weights/one.bin"];
      files["new.txt"] = new TextEncoder().encode("new");
      files["empty.txt"] = new TextEncoder().encode("not any more");
      equal(await paths(), Object.keys(files).sort(), "paths");
      equal(await sha256(await bytesOf("empty.txt")), await sha256(files["empty.txt"]), "replaced");
      const stale = { title: "Stale", operations: [{ operation: "delete", path: "new.txt" }] };
      equal(
        await refused(client.commit({ ...known, ...stale, parentCommit: pushed.commit.oid })),
        412,
        "a stale parent",
      );
      equal((await all(client.listCommits(known)))[0].oid, commit.oid, "head");
    },
    async "files are deleted"() {
      await client.deleteFiles({ ...known, paths: ["new.txt", "empty.txt"], commitTitle: "Two less" });
      await client.deleteFile({ ...known, path: "weights/parts.safetensors" });
      equal(await paths(), ["README.md", "data/été & 潮.csv"], "paths");
      equal(await refused(client.deleteFile({ ...known, path: "new.txt" })), 404, "again");
    },
    async "commits are listed"() {
      const titles = (await all(client.listCommits({ ...known, batchSize: 2 }))).map(({ title }) => title);
      const wanted = ["Delete weights/parts.safetensors", "Two less", "Three at once", "All", "initial commit"];
      equal(titles, wanted, "titles");
      const [first] = await all(client.listCommits({ ...known, revision: pushed.commit.oid }));
      equal([first.oid, first.message, first.authors[0].username], [pushed.commit.oid, "of it", "alice"], "a commit");
      equal(await client.countCommits(known), 5, "their number");
    },
    async "branches come and go"() {
      await client.createBranch({ ...known, branch: "dev/one", revision: pushed.commit.oid });
      equal(await refused(client.createBranch({ ...known, branch: "dev/one" })), 409, "again");
      await client.createBranch({ ...known, branch: "dev/one", overwrite: true });
      await client.createBranch({ ...known, branch: "bare", empty: true });
      equal(await all(client.listFiles({ ...known, revision: "bare" })), [], "an empty branch");
      await client.uploadFile({
        ...known,
        branch: "dev/one",
        file: { path: "x.txt", content: new Blob(["x"]) },
        useXet: false,
      });
      const [head] = await all(client.listCommits({ ...known, revision: inUrl("dev/one") }));
      equal(head.title, "Add x.txt", "the head of the branch");
      await client.deleteBranch({ ...known, branch: "dev/one" });
      equal(
        await refused(all(client.listCommits({ ...known, revision: inUrl("dev/one") }))),
        404,
        "a branch that is gone",
      );
    },
    async "a pull request is opened"() {
      const file = { path: "proposed.bin", content: new Blob([noise(100_000, 9)]) };
      const output = await client.uploadFiles({ ...known, files: [file], isPullRequest: true, useXet: false });
      equal(output.pullRequestUrl.endsWith(`/${name}/discussions/1`), true, output.pullRequestUrl);
      const entries = await all(client.listFiles({ ...known, revision: inUrl("refs/pr/1") }));
      equal(filePaths(entries).includes("proposed.bin"), true, "on the pull request");
      equal((await paths()).includes("proposed.bin"), false, "on main");
    },
    async "the repo is deleted"() {
      await client.deleteRepo(known);
      equal(await client.repoExists(known), false, "after");
      equal(await refused(paths()), 404, "its files");
    },
  };
  for (const [step, run] of Object.entries(steps)) {
    try {
      await run();
    } catch (error) {
      throw new Error(`${type}, ${step}: ${error.message}`, { cause: error });
    }
  }
  return Object.keys(steps);
}
