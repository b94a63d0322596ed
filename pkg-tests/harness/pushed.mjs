// What a push must leave behind, looked at from outside: git on the Hub's disk, and the Hub's list of requests.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { blobOid, differences, digestsOf, sha256 } from "./compare.mjs";
import { blob, commits, fsck, tree } from "./git.mjs";

/** The file that the Hub makes with a repo. */
export const ATTRIBUTES = ".gitattributes";

const pointerText = (content) =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256(content)}\nsize ${content.length}\n`;

/**
 * Checks that a repo holds exactly these files (path → bytes) besides the Hub's own, each regular or behind a right pointer with its
 * content stored, and that git finds nothing wrong. Gives the set of paths that are behind pointers.
 */
export function checkRepo(repo, files) {
  const entries = tree(repo);
  const large = new Set();
  const wrong = [];
  for (const [path, content] of files) {
    const entry = entries.get(path);
    if (entry === undefined) {
      wrong.push(`missing: ${path}`);
      continue;
    }
    if (entry.mode !== "100644") wrong.push(`${path} has the mode ${entry.mode}`);
    if (entry.oid === blobOid(content)) continue;
    large.add(path);
    if (entry.oid !== blobOid(Buffer.from(pointerText(content)))) {
      wrong.push(`${path} is neither the content nor its pointer: ${blob(repo, entry.oid).subarray(0, 200)}`);
      continue;
    }
    const oid = sha256(content);
    const stored = join(repo, "lfs/objects", oid.slice(0, 2), oid.slice(2, 4), oid);
    const isStored = existsSync(stored) ? readFileSync(stored).equals(content) : isRegistered(repo, oid);
    if (!isStored) wrong.push(`${path} is stored wrongly`);
  }
  for (const path of entries.keys()) if (!files.has(path) && path !== ATTRIBUTES) wrong.push(`too much: ${path}`);
  assert.deepEqual(wrong, []);
  assert.equal(fsck(repo), "");
  return large;
}

/** Whether the content-addressed store has this content for a repo: it has computed the SHA-256 of what it names so. */
function isRegistered(repo, oid) {
  const folder = join(repo, "xet");
  if (!existsSync(folder)) return false;
  return readdirSync(folder).some((name) => readFileSync(join(folder, name), "utf8").includes(`"${oid}"`));
}

/** Checks that a downloaded folder holds exactly these files besides the Hub's own. */
export function checkFolder(downloaded, files) {
  downloaded.delete(ATTRIBUTES);
  assert.deepEqual(differences(downloaded, digestsOf(files)), []);
}

/** Checks that a branch consists of the Hub's initial commit and `more` on top of it; gives them, newest first. */
export function checkHistory(repo, more) {
  const history = commits(repo);
  assert.equal(history.length, more + 1, `commits: ${history.map(({ title }) => title).join(", ")}`);
  for (const [i, commit] of history.entries()) {
    assert.deepEqual(commit.parents, i === more ? [] : [history[i + 1].oid]);
  }
  return history.slice(0, more);
}

/** Checks that the page's own thread read no file but small ones, and those once: the review looks through them for secrets. */
export function checkPageReads(read = {}, files) {
  const sizes = [...files.values()].map(({ length }) => length);
  const small = sizes.filter((size) => size <= 256 * 1024).reduce((sum, size) => sum + size, 0);
  const { arrayBuffer = 0, ...others } = read;
  assert.deepEqual(others, {});
  assert.ok(arrayBuffer <= small, `${arrayBuffer} bytes read, of ${small} in small files`);
}

/** Requests that change something or carry contents. */
export function writesOf(requests) {
  return requests.filter(
    ({ face, route, method }) =>
      method !== "OPTIONS" &&
      ((face === "store" && method !== "GET") ||
        ["commit", "lfs.batch", "lfs.verify", "cas.xorb", "cas.shard"].includes(route)),
  );
}

/** A line a request, for messages. */
export const list = (requests) =>
  requests.map(({ method, host, path, status }) => `${method} ${host}${path} ${status}`).join("\n");

/** What each route was asked how often, without preflights. */
export function countByRoute(requests) {
  const counts = {};
  for (const { route, method } of requests) if (method !== "OPTIONS") counts[route] = (counts[route] ?? 0) + 1;
  return counts;
}
