// The packed package under Node: pushes, reads back, and what others read of what it wrote.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import * as peer from "@huggingface/hub";
import { blobOid, sha256 } from "../harness/compare.mjs";
import { fixtureFiles, fixtureFolder, noise } from "../harness/fixture.mjs";
import { tree } from "../harness/git.mjs";
import { startHub } from "../harness/hub.mjs";
import { importInstalled, workFolder } from "../harness/project.mjs";
import { ATTRIBUTES, checkHistory, checkRepo, countByRoute, list, writesOf } from "../harness/pushed.mjs";
import { until } from "../harness/until.mjs";

const files = fixtureFiles();
const folder = fixtureFolder();
const total = [...files.values()].reduce((sum, { length }) => sum + length, 0);

/** All values of an async iterable. */
async function all(iterable) {
  const values = [];
  for await (const value of iterable) values.push(value);
  return values;
}

describe("under Node", () => {
  let hub;
  let hubferry;
  let known;
  before(async () => {
    hub = await startHub();
    hubferry = await importInstalled("hubferry");
    known = { hubUrl: hub.url, accessToken: hub.token, repo: hub.repo("node") };
  });
  after(async () => {
    await hub?.stop();
  });

  test("a repo is created, and then it is there", async () => {
    assert.equal(await hubferry.repoExists(known), false);
    const { repoUrl } = await hubferry.createRepo(known);
    assert.equal(repoUrl, hub.pageOf("node"));
    assert.equal(await hubferry.repoExists(known), true);
    assert.equal((await hubferry.whoAmI(known)).name, hub.user);
  });

  test("a folder becomes one commit, and the job tells how it goes", async () => {
    const job = hubferry.uploadFolder({ ...known, folder: pathToFileURL(`${folder}/`), commitTitle: "From Node" });
    const events = await all(job);
    const output = await job;

    const [commit] = checkHistory(hub.repoFolder("node"), 1);
    assert.equal(commit.title, "From Node");
    assert.deepEqual(output.commit, { oid: commit.oid, url: `${hub.pageOf("node")}/commit/${commit.oid}` });
    const large = checkRepo(hub.repoFolder("node"), files);

    const reports = events.filter(({ event }) => event === "report").map(({ progress }) => progress);
    assert.ok(reports.length > 0);
    for (const [i, { bytes, files: counts }] of reports.entries()) {
      const before = reports[Math.max(0, i - 1)];
      for (const name of ["read", "sent", "committed"]) {
        assert.ok(bytes[name] >= before.bytes[name], `bytes.${name} goes back: ${before.bytes[name]} → ${bytes[name]}`);
        assert.ok(bytes[name] <= total * 2, `bytes.${name} is ${bytes[name]}`);
      }
      assert.ok(counts.committed >= before.files.committed);
    }
    const last = job.progress;
    assert.equal(last.files.total, files.size);
    assert.equal(last.files.committed + last.files.skipped, files.size);
    assert.equal(last.bytes.committed, total);
    assert.deepEqual(
      events.filter(({ event }) => event === "commit").map(({ oid, url }) => ({ oid, url })),
      [output.commit],
    );
    for (const phase of ["preuploading", "uploadingLargeFiles", "committing"]) {
      assert.ok(
        events.some((event) => event.event === "phase" && event.phase === phase),
        phase,
      );
    }
    const finished = new Set(
      events
        .filter(({ event, state, progress }) => event === "fileProgress" && state === "uploading" && progress === 1)
        .map(({ path }) => path),
    );
    // Of two equal contents one is sent.
    const oids = (paths) => new Set([...paths].map((path) => sha256(files.get(path))));
    for (const oid of oids(large)) assert.ok(oids(finished).has(oid));

    assert.deepEqual(new Set(output.files.map(({ path }) => path)), new Set(files.keys()));
    for (const { path, size, oid, state } of output.files) {
      const content = files.get(path);
      assert.equal(state, "added", path);
      assert.equal(size, content.length, path);
      assert.equal(oid, large.has(path) ? sha256(content) : blobOid(content), path);
    }
    assert.equal(output.bytes.total, total);
  });

  test("the same folder again: no commit, only queries", async () => {
    await hub.forget();
    const output = await hubferry.uploadFolder({ ...known, folder: pathToFileURL(`${folder}/`) });
    assert.equal(list(writesOf(await hub.requests())), "");
    const [head] = checkHistory(hub.repoFolder("node"), 1);
    assert.equal(output.commit.oid, head.oid);
    assert.deepEqual(output.commits, []);
    assert.ok(output.files.every(({ state }) => state === "unchanged"));
    assert.equal(output.bytes.sent, 0);
    assert.ok(output.bytes.read <= total + 512 * files.size, `${output.bytes.read} bytes read of ${total}`);
  });

  test("one file of many has changed: only that one is sent", async () => {
    const changed = new Map(files);
    changed.set("weights/equal-b.bin", noise(400_000, 99));
    await hub.forget();
    const contents = new Map([...changed].map(([path, content]) => [path, new Blob([content])]));
    const output = await hubferry.uploadFolder({ ...known, folder: contents, commitTitle: "One file" });
    const states = output.files.filter(({ state }) => state !== "unchanged");
    assert.deepEqual(
      states.map(({ path, state }) => ({ path, state })),
      [{ path: "weights/equal-b.bin", state: "updated" }],
    );
    const [xorb, ...more] = (await hub.requests()).filter(
      ({ route, method }) => route === "cas.xorb" && method === "POST",
    );
    assert.ok(xorb.requestBytes < 401_000, `${xorb.requestBytes} bytes`);
    assert.deepEqual(more, []);
    checkHistory(hub.repoFolder("node"), 2);
    checkRepo(hub.repoFolder("node"), changed);
    // Put back, for the tests that follow: the Hub still has the content.
    await hub.forget();
    await hubferry.uploadFolder({ ...known, folder: pathToFileURL(`${folder}/`), commitTitle: "Back" });
    assert.equal(countByRoute(await hub.requests())["cas.xorb"], undefined);
    checkRepo(hub.repoFolder("node"), files);
  });

  test("what was pushed is listed, described and downloaded, equal byte for byte", async () => {
    const entries = await all(hubferry.listFiles({ ...known, recursive: true }));
    const listed = entries.filter(({ type }) => type === "file").map(({ path }) => path);
    assert.deepEqual(new Set(listed), new Set([...files.keys(), ATTRIBUTES]));
    const top = await all(hubferry.listFiles({ ...known, path: "odd" }));
    assert.ok(top.length > 20 && top.every(({ path }) => /^odd\/[^/]+$/.test(path)));

    const paths = [...files.keys()];
    const infos = await hubferry.pathsInfo({ ...known, paths: [...paths, "not/there"] });
    assert.deepEqual(new Set(infos.map(({ path }) => path)), new Set(paths));
    const stored = tree(hub.repoFolder("node"));
    for (const { path, size, oid, lfs } of infos) {
      assert.equal(size, files.get(path).length, path);
      assert.equal(oid, stored.get(path).oid, path);
      if (lfs !== undefined) assert.equal(lfs.oid, sha256(files.get(path)), path);
    }

    for (const [path, content] of files) {
      const blob = await hubferry.downloadFile({ ...known, path });
      assert.ok(Buffer.from(await blob.arrayBuffer()).equals(content), path);
    }
    assert.equal(await hubferry.downloadFile({ ...known, path: "not/there" }), null);
  });

  test("@huggingface/hub lists and downloads the same", async () => {
    const entries = await all(peer.listFiles({ ...known, recursive: true }));
    const listed = entries.filter(({ type }) => type === "file").map(({ path }) => path);
    assert.deepEqual(new Set(listed), new Set([...files.keys(), ATTRIBUTES]));
    // It does not encode paths, so it cannot ask for those that say something else in an address; and it asks every file for its
    // first byte, which an empty one does not have.
    const plain = (path) => !/[#?]|%[0-9a-f]{2}|\s$/i.test(path);
    const readable = [...files].filter(([path, content]) => plain(path) && content.length > 0).map(([path]) => path);
    assert.ok(readable.length > files.size - 10);
    for (const path of readable) {
      const blob = await peer.downloadFile({ ...known, path, xet: false });
      assert.ok(Buffer.from(await blob.arrayBuffer()).equals(files.get(path)), path);
    }
  });

  test("a commit adds and deletes", async () => {
    const operations = [
      { operation: "addOrUpdate", path: "added/one.txt", content: new Blob(["one"]) },
      { operation: "addOrUpdate", path: "README.md", content: new Blob(["# Changed\n"]) },
      { operation: "delete", path: "one-byte" },
      { operation: "delete", path: "weights/model.bin" },
    ];
    const output = await hubferry.commit({ ...known, title: "Add and delete", operations });
    const expected = new Map(files);
    expected.set("added/one.txt", Buffer.from("one"));
    expected.set("README.md", Buffer.from("# Changed\n"));
    expected.delete("one-byte");
    expected.delete("weights/model.bin");
    const [commit] = checkHistory(hub.repoFolder("node"), 4);
    assert.equal(output.commit.oid, commit.oid);
    assert.equal(commit.title, "Add and delete");
    checkRepo(hub.repoFolder("node"), expected);
  });

  test("one file: progress as in @huggingface/hub", async () => {
    const file = { path: "progress.bin", content: new Blob([noise(12_000_000, 12)]) };
    const iterator = hubferry.uploadFilesWithProgress({ ...known, files: [file], useXet: false });
    const events = [];
    let next = await iterator.next();
    for (; !next.done; next = await iterator.next()) events.push(next.value);
    assert.match(next.value.commit.oid, /^[0-9a-f]{40}$/);
    assert.ok(
      events.some(
        ({ event, path, state }) => event === "fileProgress" && path === "progress.bin" && state === "hashing",
      ),
    );
    assert.ok(
      events.some(({ event, path, progress }) => event === "fileProgress" && path === "progress.bin" && progress === 1),
    );
    const single = await hubferry.uploadFile({ ...known, file: { path: "single.txt", content: new Blob(["single"]) } });
    assert.match(single.commit.oid, /^[0-9a-f]{40}$/);
  });

  test("aborted: rejects with AbortError, every request ends, there is no commit", async () => {
    const repo = hub.repo("aborted");
    await hubferry.createRepo({ ...known, repo });
    await hub.order({ route: "cas.xorb", method: "POST", fault: { kind: "stall" } });
    await hub.forget();
    try {
      const puts = async () =>
        (await hub.requests()).filter(({ route, method }) => route === "cas.xorb" && method === "POST");
      for (const stop of [(job) => job.abort(), (_, controller) => controller.abort()]) {
        await hub.forget();
        const controller = new AbortController();
        const contents = new Map([["a.bin", new Blob([noise(500_000, 5)])]]);
        const job = hubferry.uploadFolder({ ...known, repo, folder: contents, abortSignal: controller.signal });
        const rejected = assert.rejects(job, { name: "AbortError" });
        await until(async () => (await puts()).length === 1);
        stop(job, controller);
        await rejected;
        await until(async () => (await hub.requests()).every(({ endedAt }) => endedAt !== null));
        assert.ok((await puts()).every(({ cut, status }) => cut && status === null));
      }
    } finally {
      await hub.heal();
    }
    checkHistory(hub.repoFolder("aborted"), 0);
  });

  test("the caller's fetch carries every request, and the token goes to the Hub only", async () => {
    const repo = hub.repo("fetch");
    await hubferry.createRepo({ ...known, repo });
    await hub.forget();
    const asked = [];
    const counting = (input, init) => {
      const authorization = new Headers(init?.headers).get("authorization") ?? "";
      asked.push({ url: String(input), authorized: authorization.includes(hub.token) });
      return fetch(input, init);
    };
    const contents = new Map([
      ["a.bin", new Blob([noise(500_000, 6)])],
      ["b.txt", new Blob(["b"])],
    ]);
    await hubferry.uploadFolder({ ...known, repo, folder: contents, fetch: counting });
    assert.equal(asked.length, (await hub.requests()).length);
    assert.ok(asked.some(({ url }) => url.startsWith(hub.casUrl)));
    for (const { url, authorized } of asked) assert.equal(authorized, url.startsWith(hub.url), url);
  });

  test("a failure says what to do, and never the token", async () => {
    const wrong = "hf_nobodyHasThisToken";
    const folder = new Map([["a.txt", new Blob(["a"])]]);
    const cases = [
      ["unauthorized", { accessToken: wrong }],
      ["repo_not_found", { repo: hub.repo("never-made") }],
      ["revision_not_found", { branch: "never-made" }],
      ["invalid_input", { folder: new Map([["../a.txt", new Blob(["a"])]]) }],
    ];
    for (const [code, options] of cases) {
      const error = await hubferry.uploadFolder({ ...known, folder, ...options }).then(
        () => assert.fail(`${code}: it worked`),
        (error) => error,
      );
      assert.ok(error instanceof hubferry.HubferryError, `${code}: ${error}`);
      assert.equal(error.code, code, error.message);
      const shown = `${error.stack} ${JSON.stringify(error)} ${error.cause}`;
      assert.ok(!shown.includes(wrong) && !shown.includes(hub.token), shown);
    }
  });

  test("a process ends by itself after a push", () => {
    const script = join(workFolder(), "ends.mjs");
    writeFileSync(
      script,
      `import { uploadFile } from "hubferry";
       const options = JSON.parse(process.argv[2]);
       const { commit } = await uploadFile({ ...options, file: { path: "ends.txt", content: new Blob(["it ends"]) } });
       console.log(commit.url);`,
    );
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, JSON.stringify(known)], {
      encoding: "utf8",
      timeout: 20_000,
    });
    assert.equal(status, 0, stderr);
    assert.match(stdout, new RegExp(`^${hub.pageOf("node")}/commit/[0-9a-f]{40}\n$`));
    assert.equal(stderr, "");
  });
});
