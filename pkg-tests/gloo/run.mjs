// The Rust client in headless Chromium beside the npm package: each pushes the folder that is hard to push, by LFS and by Xet, each time
// to an embedded Hub that knows nothing of it. The trees are equal, the operations of the commits, and what was asked of the Hub for that.
// Run by scripts/ci/gloo.sh.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { dirname } from "node:path";
import { chromium, root, temporaryFolder } from "../harness/environment.mjs";
import { fixtureFiles } from "../harness/fixture.mjs";
import { blob, commits, tree } from "../harness/git.mjs";
import { startHub } from "../harness/hub.mjs";
import { importInstalled } from "../harness/project.mjs";
import { ATTRIBUTES, checkHistory, checkRepo, countByRoute } from "../harness/pushed.mjs";
import { startRecorder } from "../harness/recorder.mjs";

/** Each way, and by what it is known. */
const ROUTES = { lfs: ["store.put", "lfs.verify"], xet: ["cas.xorb", "cas.shard"] };
const WAYS = Object.keys(ROUTES);
/** The repo of the folder, in each Hub. */
const REPO = "folder";
/** How often these are asked says what was ready when, and how many files are read at once; nothing of what is pushed. */
const BATCHED = ["preupload", "paths-info", "lfs.batch", "cas.chunk", "cas.xorb", "cas.shard"];
/** What has to be over when the commit begins. */
const STORED = ["store.put", "lfs.verify", "cas.xorb", "cas.shard"];

const files = fixtureFiles();
assert.ok(files.size > 300);

/** A Hub with these repos, and the door to it that keeps commits. Nothing that made it is in its list of requests. */
async function open(...repos) {
  const hub = await startHub({ page: temporaryFolder("page") });
  for (const name of repos) await hub.create(name);
  await hub.forget();
  return { hub, door: await startRecorder(hub.url) };
}

/** Says where the Hubs are, and hands out the files. */
async function serve(places) {
  const hubs = Object.entries(places).map(([name, { hub, door }]) => [
    name,
    { url: door.url, token: hub.token, user: hub.user },
  ]);
  const list = [...files].map(([path, { length }]) => ({ path, size: length }));
  const manifest = JSON.stringify({ hubs: Object.fromEntries(hubs), files: list });
  const contents = Buffer.concat([...files.values()]);
  const server = createServer(({ url }, response) => {
    response.setHeader("access-control-allow-origin", "*");
    response.end(url === "/manifest" ? manifest : contents);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

/** Runs the tests of tests/gloo_page.rs in Chromium. */
async function runInPage(site) {
  const args = ["test", "--locked", "--package", "hubferry", "--features", "gloo", "--test", "gloo_page"];
  const target = ["--target", "wasm32-unknown-unknown"];
  const env = {
    ...process.env,
    // The driver looks for the browser on PATH.
    PATH: `${dirname(chromium())}:${process.env.PATH}`,
    HUBFERRY_GLOO_SITE: site,
    WASM_BINDGEN_TEST_TIMEOUT: "300",
    WASM_BINDGEN_TEST_DRIVER_TIMEOUT: "60",
  };
  const child = spawn("cargo", [...args, ...target], { cwd: root, env, stdio: ["ignore", "inherit", "inherit"] });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  assert.equal(code, 0, "the tests in the page fail");
}

/** The lines of the one commit, in their order; not its parent, which is another one in each repo. */
function linesOf({ door }) {
  const [commit, ...others] = door.take();
  assert.ok(commit, "there is no commit");
  assert.deepEqual(others, []);
  const shown = (name, value) => (name === "parentCommit" ? undefined : value);
  return commit.lines.map((line) => JSON.stringify(line, shown));
}

/** What was asked of a Hub: each route, with how often where that is no matter of chance. */
async function askedOf({ hub }) {
  const requests = (await hub.requests()).filter(({ method }) => method !== "OPTIONS");
  const begun = requests.find(({ route }) => route === "commit")?.startedAt;
  const early = requests.filter(({ route, endedAt }) => STORED.includes(route) && !(endedAt <= begun));
  assert.deepEqual(early, [], "the commit was made before everything was stored");
  const counts = Object.entries(countByRoute(requests));
  return counts.map(([route, count]) => (BATCHED.includes(route) ? route : `${route} ${count}`)).sort();
}

/** What was said of each file before the commit: its sample to `preupload`, its digest to LFS. */
const saidOf = ({ door }) =>
  door
    .takeLists()
    .flatMap(({ body: { files, objects } }) => files ?? objects)
    .map((entry) => JSON.stringify(entry))
    .sort();

/** The tree, with the text of the Hub's own file. */
function entriesOf({ hub }) {
  const repo = hub.repoFolder(REPO);
  return [...tree(repo)].map(
    ([path, { mode, oid }]) => `${path} ${mode} ${path === ATTRIBUTES ? blob(repo, oid) : oid}`,
  );
}

const npm = {};
const rust = { other: await open("stopped", "paused") };
for (const way of WAYS) [npm[way], rust[way]] = await Promise.all([open(REPO), open(REPO)]);
try {
  const { uploadFolder } = await importInstalled("hubferry");
  const folder = new Map([...files].map(([path, content]) => [path, new Blob([content])]));
  for (const way of WAYS) {
    const { hub, door } = npm[way];
    const repo = hub.repo(REPO);
    await uploadFolder({ repo, hubUrl: door.url, accessToken: hub.token, folder, useXet: way === "xet" });
  }
  const site = await serve(rust);
  await runInPage(site.url);
  site.stop();

  for (const way of WAYS) {
    const repo = rust[way].hub.repoFolder(REPO);
    const large = checkRepo(repo, files);
    checkHistory(repo, 1);
    assert.deepEqual(entriesOf(rust[way]), entriesOf(npm[way]));
    const lines = linesOf(rust[way]);
    assert.deepEqual(lines, linesOf(npm[way]));
    const said = saidOf(rust[way]);
    assert.ok(said.length >= files.size, `only ${said.length} files were asked about`);
    assert.deepEqual(said, saidOf(npm[way]));
    const asked = await askedOf(rust[way]);
    assert.deepEqual(asked, await askedOf(npm[way]));
    for (const route of ROUTES[way])
      assert.ok(
        asked.some((each) => each.startsWith(route)),
        `nothing went by ${route}`,
      );
    console.log(
      `${way}: ${files.size} files, ${large.size} of them large: equal trees, ${lines.length} equal lines of the commit, in one order`,
    );
    console.log(`  asked of both Hubs: ${asked.join(", ")}`);
  }
  const stopped = rust.other.hub.repoFolder("stopped");
  assert.equal(commits(stopped).length, 1, "a push that was stopped has committed");
} finally {
  for (const { hub, door } of [...Object.values(npm), ...Object.values(rust)]) {
    door.close();
    await hub.stop();
  }
}
