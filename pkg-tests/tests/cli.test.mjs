// The command line of the packed package, as a shell runs it: what it prints where, with and without a terminal, and what becomes of an
// upload that is interrupted.
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { cliEnvironment, hubferry, program, start } from "../harness/cli.mjs";
import { differences, digestsBelow, digestsOf } from "../harness/compare.mjs";
import { temporaryFolder } from "../harness/environment.mjs";
import { noise, writeFolder } from "../harness/fixture.mjs";
import { commits } from "../harness/git.mjs";
import { startHub } from "../harness/hub.mjs";
import { project } from "../harness/project.mjs";
import { checkRepo } from "../harness/pushed.mjs";
import { until } from "../harness/until.mjs";

const ESCAPE = "\u001b";
const FILES = new Map([
  ["weights.bin", noise(300_000, 1)],
  ["notes/today.txt", Buffer.from("today")],
]);

describe("the command line", () => {
  let hub;
  let home;
  let cwd;
  before(async () => {
    // By LFS each file is stored by itself, so that an interrupted upload has stored some of them.
    hub = await startHub({ flags: ["--no-xet"] });
    home = temporaryFolder("cli");
    cwd = join(home, "work");
    writeFolder(join(cwd, "folder"), FILES);
  });
  after(async () => {
    await hub?.stop();
  });

  const options = (env = {}) => ({ cwd, env: cliEnvironment(hub, home, env) });
  /** Runs it, and sees to it that no token is told. */
  async function run(words, { env, input } = {}) {
    const ended = await hubferry(words, { ...options(env), input });
    assert.doesNotMatch(ended.stdout + ended.stderr, new RegExp(hub.token), words.join(" "));
    return ended;
  }
  const urlOf = (name, type = "model") =>
    `${hub.pageOf(name, type)}/commit/${commits(hub.repoFolder(name, type))[0].oid}`;

  test("the version needs nothing but the manifest, and pages get nothing of it", async () => {
    const { version } = JSON.parse(readFileSync(join(project(), "node_modules/hubferry/package.json"), "utf8"));
    assert.deepEqual(await run(["--version"]), { code: 0, stdout: `${version}\n`, stderr: "", last: version });
    const dist = join(project(), "node_modules/hubferry/dist");
    const imports = (file) =>
      readFileSync(join(dist, file), "utf8").matchAll(/^(?:import|export)\b[^;]*?from "([^"]+)"/gm);
    for (const [, from] of imports("cli/main.js")) assert.match(from, /^node:/);
    const scripts = readdirSync(dist, { recursive: true }).filter(
      (file) => file.endsWith(".js") && !file.startsWith("cli/"),
    );
    assert.ok(scripts.length > 100);
    for (const file of scripts)
      for (const [, from] of imports(file)) assert.doesNotMatch(from, /commander|cli-progress|\/cli\//, file);
  });

  test("without a terminal: plain lines for people, the URL last", async () => {
    const { code, stdout, stderr, last } = await run(["upload", "alice/plain", "folder"]);
    assert.equal(code, 0, stderr);
    assert.equal(last, urlOf("plain"));
    assert.equal(stdout, `${last}\n`);
    assert.match(stderr, /^2 of 2 files, 300 of 300 kB read, 300 kB sent/m);
    assert.doesNotMatch(stdout + stderr, new RegExp(ESCAPE));
    checkRepo(hub.repoFolder("plain", "model"), FILES);

    const again = await run(["upload", "alice/plain", "folder"]);
    assert.equal(again.stdout, `Nothing has changed: no commit was made\n${last}\n`);
    const silent = await run(["upload", "alice/plain", "folder"], { env: { HF_HUB_DISABLE_PROGRESS_BARS: "1" } });
    assert.equal(silent.stderr, "");
    assert.deepEqual(await run(["upload", "alice/plain", "folder", "--quiet"]), {
      code: 0,
      stdout: `${last}\n`,
      stderr: "",
      last,
    });
  });

  test("on a terminal: a bar that moves, and goes", async () => {
    const typescript = join(home, "typescript");
    await hub.slowDown({ uploadBytesPerSecond: 2_000_000 });
    const slow = Array.from({ length: 8 }, (_, n) => [`${n}.bin`, noise(1_000_000, 20 + n)]);
    writeFolder(join(cwd, "slow"), new Map(slow));
    const words = ["-qec", `${program()} upload alice/terminal slow --include '*.bin'`, typescript];
    const { code } = await start("script", words, options()).ended;
    await hub.slowDown({});
    const seen = readFileSync(typescript, "utf8");
    assert.equal(code, 0, seen);
    const frames = seen.split(`${ESCAPE}[1G`);
    const shares = frames.map((frame) => Number(/ (\d+)% /.exec(frame)?.[1] ?? "-1")).filter((share) => share >= 0);
    assert.ok(new Set(shares).size > 2, `it moves: ${shares.join(" ")}`);
    assert.deepEqual(
      shares,
      [...shares].sort((one, other) => one - other),
    );
    assert.match(seen, /\d of 8 files, [\d.]+ of 8 MB read(?:, [\d.]+ MB sent)?, [\d.]+ [kM]B\/s/);
    assert.match(seen, /8 of 8 files, 8 of 8 MB read, 8 MB sent/);
    assert.ok(seen.includes(`${ESCAPE}[?25l`) && seen.includes(`${ESCAPE}[?25h`), "the cursor comes back");
    // The bar is wiped away before the result.
    assert.match(seen.slice(seen.lastIndexOf(ESCAPE)), new RegExp(`${urlOf("terminal")}\r?\n`));
  });

  test("as JSON: one object, and nothing else", async () => {
    const { code, stdout } = await run(["upload", "alice/json", "folder", "--json", "--include", "*.txt"]);
    assert.equal(code, 0);
    const { url, commit, files, bytes } = JSON.parse(stdout);
    assert.equal(url, urlOf("json"));
    assert.equal(commit.url, url);
    assert.deepEqual([files.map(({ path, state }) => [path, state]), bytes.total], [[["notes/today.txt", "added"]], 5]);

    const failures = [
      [["upload", "alice/json", "nowhere", "--json"], 1, "invalid_input"],
      [["upload", "alice/json", "--typo", "--json"], 2, "usage"],
      [["download", "alice/none", "--json"], 1, "repo_not_found"],
      [["whoami", "--json", "--token", `hf_${"z".repeat(34)}`], 1, "unauthorized"],
    ];
    for (const [words, code, error] of failures) {
      const ended = await run(words);
      assert.deepEqual([ended.code, JSON.parse(ended.stdout).error.code], [code, error], words.join(" "));
    }
  });

  test("a dry run: the plan, and nothing is changed", async () => {
    await run(["upload", "alice/planned", "folder"]);
    writeFolder(
      join(cwd, "next"),
      new Map([
        ...FILES,
        ["notes/today.txt", Buffer.from("changed")],
        ["new.txt", Buffer.from("new")],
        ["x.tmp", Buffer.from("x")],
      ]),
    );
    appendFileSync(join(cwd, "old.txt"), "old");
    await run(["upload", "alice/planned", "old.txt"]);
    await hub.forget();
    const words = ["upload", "alice/planned", "next", "--dry-run", "--delete", "old*", "--exclude", "*.tmp"];
    const { code, stdout, last } = await run(words);
    assert.equal(code, 0);
    const lines = stdout.split("\n");
    for (const line of [
      "add        new.txt",
      "update     notes/today.txt",
      "delete     old.txt",
      "keep       weights.bin",
    ])
      assert.ok(lines.includes(line), `${line} in\n${stdout}`);
    assert.match(stdout, /^leave out +x\.tmp +\(.*\*\.tmp.*\)$/m);
    assert.match(stdout, /nothing was changed.* adds 1 file, updates 1 file, deletes 1 file/);
    assert.equal(last, hub.pageOf("planned", "model"));
    const plan = JSON.parse((await run([...words, "--json"])).stdout);
    assert.deepEqual(
      [plan.added, plan.updated, plan.deleted, plan.unchanged, plan.createsRepo],
      [["new.txt"], ["notes/today.txt"], ["old.txt"], ["weights.bin"], false],
    );

    const fresh = JSON.parse((await run(["upload", "alice/fresh", "folder", "sub", "--dry-run", "--json"])).stdout);
    assert.deepEqual(
      [fresh.added, fresh.bytes, fresh.createsRepo],
      [["sub/notes/today.txt", "sub/weights.bin"], 300_005, true],
    );
    const single = JSON.parse(
      (await run(["upload", "alice/fresh", "old.txt", "a/b.txt", "--dry-run", "--json"])).stdout,
    );
    assert.deepEqual(single.added, ["a/b.txt"]);
    const routes = (await hub.requests()).map(({ route }) => route);
    assert.deepEqual(
      routes.filter((route) => ["commit", "repo.create", "branch.create", "lfs.batch"].includes(route)),
      [],
    );
  });

  for (const [signal, expected] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ])
    test(`${signal} stops cleanly, and the same command goes on where it was`, async () => {
      const name = `cut-${expected}`;
      const files = new Map(Array.from({ length: 12 }, (_, n) => [`${n}.bin`, noise(4_000_000, 100 * expected + n)]));
      writeFolder(join(cwd, name), files);
      await hub.forget();
      await hub.slowDown({ uploadBytesPerSecond: 8_000_000 });
      const words = ["upload", `alice/${name}`, name];
      const { child, said, ended } = start(program(), words, options());
      const stored = async () =>
        (await hub.requests()).filter(
          ({ route, status, requestBytes }) => route === "store.put" && status === 200 && requestBytes > 0,
        );
      await until(async () => (await stored()).length >= 4, 60);
      child.kill(signal);
      const first = await ended;
      await hub.slowDown({});
      assert.equal(first.code, expected, first.stderr);
      assert.equal(first.stdout, "");
      assert.match(first.stderr, /Interrupted\nRun the same command again: it goes on where it was\n$/);
      assert.doesNotMatch(said.stderr, new RegExp(hub.token));
      const before = (await stored()).length;
      assert.ok(before < 12, "it was cut off");
      assert.match((await run(["scan-cache"])).stdout, new RegExp(`models/alice/${name}@main .*of 12 files`));

      const again = await run([...words, "--json"]);
      assert.equal(again.code, 0, again.stderr);
      const { bytes } = JSON.parse(again.stdout);
      // What is stored was neither read nor sent again; what was in the air, once more.
      assert.ok(bytes.sent <= (12 - before) * 4_000_000, `${bytes.sent} sent after ${before} files`);
      assert.ok(bytes.read <= (12 - before) * 4_000_000, `${bytes.read} read after ${before} files`);
      const puts = (await stored()).map(({ path }) => path.replace(/\?.*/, ""));
      assert.equal(puts.length, new Set(puts).size, "nothing is stored twice");
      checkRepo(hub.repoFolder(name, "model"), files);
      assert.match((await run(["scan-cache"])).stdout, /^0 pushes to go on with/);
    });

  test("Ctrl-C typed at npx, which says it twice, stops as cleanly", async () => {
    writeFolder(join(cwd, "typed"), new Map([["typed.bin", noise(4_000_000, 7)]]));
    symlinkSync(join(project(), "node_modules"), join(cwd, "node_modules"));
    await hub.forget();
    await hub.slowDown({ uploadBytesPerSecond: 500_000 });
    const words = ["-qec", "npx hubferry upload alice/typed typed", join(home, "typed")];
    const { child, ended } = start("script", words, { ...options(), isTyped: true });
    await until(async () => (await hub.requests()).some(({ route }) => route === "store.put"), 60);
    child.stdin.write("\u0003");
    const { code, stdout } = await ended;
    await hub.slowDown({});
    assert.equal(code, 130, stdout);
    assert.match(stdout, /Interrupted\r?\n(?!Run)/);
  });

  test("a second Ctrl-C gives the terminal its cursor back", async () => {
    const parts = pathToFileURL(join(project(), "node_modules/hubferry/dist/cli/"));
    const from = (name) => JSON.stringify(new URL(name, parts).href);
    // A command that hangs, whatever it is told.
    const hangs = `
      import { listen } from ${from("interrupt.js")};
      import { Output } from ${from("output.js")};
      import { openMeter } from ${from("progress/meter.js")};
      import { readSettings } from ${from("settings.js")};
      const settings = readSettings({});
      const out = new Output("human", process, settings.hasColor);
      const { signal } = listen(() => out.note("Stopping"));
      await openMeter({ settings, out, streams: process, signal });
      setInterval(() => undefined, 1_000);
    `;
    writeFileSync(join(cwd, "hangs.mjs"), hangs);
    const words = ["-qec", `${process.execPath} hangs.mjs`, join(home, "hangs")];
    const { child, said, ended } = start("script", words, { ...options(), isTyped: true });
    await until(() => said.stdout.includes(`${ESCAPE}[?25l`), 60);
    child.stdin.write("\u0003");
    await until(() => said.stdout.includes("Stopping"), 60);
    await setTimeout(1_500);
    assert.ok(!said.stdout.includes(`${ESCAPE}[?25h`), "the bar is still there");
    child.stdin.write("\u0003");
    const { code, stdout } = await ended;
    assert.equal(code, 130, stdout);
    assert.ok(stdout.includes(`${ESCAPE}[?25h`) && stdout.includes(`${ESCAPE}[?7h`), "cursor and line wrap are back");
  });

  test("Ctrl-C at a question answers nothing", async () => {
    const asked = start(program(), ["repos", "delete", "alice/plain"], { ...options(), isTyped: true });
    await until(() => asked.said.stderr.endsWith("[y/N] "), 60);
    asked.child.kill("SIGINT");
    const { code, stderr } = await asked.ended;
    assert.equal(code, 130, stderr);
    assert.match(stderr, /Error: Interrupted\n$/);
    assert.equal((await run(["download", "alice/plain", "-q"])).code, 0, "it is there");

    const words = ["-qec", `${program()} login`, join(home, "login")];
    const secret = start("script", words, { ...options(), isTyped: true });
    await until(() => secret.said.stdout.endsWith("Token: "), 60);
    secret.child.stdin.write("\u0003");
    const typed = await secret.ended;
    assert.equal(typed.code, 130, typed.stdout);
  });

  test("what is kept of an interrupted upload can be forgotten", async () => {
    writeFolder(join(cwd, "left"), new Map([["left.bin", noise(40_000_000, 9)]]));
    await hub.forget();
    await hub.slowDown({ uploadBytesPerSecond: 2_000_000 });
    const { child, ended } = start(program(), ["upload", "alice/left", "left/left.bin", "-q"], options());
    await until(async () => (await hub.requests()).some(({ route }) => route === "store.put"), 60);
    child.kill("SIGINT");
    assert.equal((await ended).code, 130);
    await hub.slowDown({});
    const { journals } = JSON.parse((await run(["scan-cache", "--json"])).stdout);
    assert.deepEqual(
      journals.map(({ repo }) => repo.name),
      ["alice/left"],
    );
    assert.equal((await run(["delete-cache"])).code, 1);
    assert.equal((await run(["delete-cache", "0".repeat(64)])).code, 1);
    assert.equal((await run(["delete-cache", journals[0].key.slice(0, 12)])).last, "Forgot 1 push");
    assert.match((await run(["scan-cache"])).last, /^0 pushes/);
  });

  test("every few seconds, until Ctrl-C, and once more then", async () => {
    const watched = join(cwd, "watched");
    mkdirSync(watched, { recursive: true });
    writeFileSync(join(watched, "log.txt"), "one\n");
    writeFileSync(join(watched, "other.txt"), "not this");
    const words = [
      "upload",
      "alice/logs",
      join("watched", "log.txt"),
      "logs/log.txt",
      "--every",
      "0.05",
      "--type",
      "dataset",
    ];
    const { child, said, ended } = start(program(), words, options());
    const repo = hub.repoFolder("logs");
    const commitUrls = () => said.stdout.match(/\/commit\//g)?.length ?? 0;
    await until(() => commitUrls() === 1, 30);
    appendFileSync(join(watched, "log.txt"), "two\n");
    await until(() => commitUrls() === 2, 30);
    appendFileSync(join(watched, "log.txt"), "three\n");
    child.kill("SIGINT");
    const { code, stdout, last } = await ended;
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^Scheduling commits every 0\.05 minutes to alice\/logs\.$/m);
    assert.equal(last, "Stopped scheduled commits.");
    checkRepo(repo, new Map([["logs/log.txt", readFileSync(join(watched, "log.txt"))]]));
    assert.deepEqual(
      commits(repo)
        .slice(0, 2)
        .map(({ title }) => title),
      ["Scheduled Commit", "Scheduled Commit"],
    );
  });

  test("a token is kept where only its owner may read it", async () => {
    const env = { HF_TOKEN: "", GIT_CONFIG_GLOBAL: join(home, "gitconfig") };
    const path = join(home, "hf/token");
    assert.equal((await run(["whoami"], { env })).code, 1);
    assert.match((await run(["env"], { env })).last, /^terminal:/);
    assert.equal((await run(["login", "--token", `hf_${"y".repeat(34)}`], { env })).code, 1);
    assert.throws(() => statSync(path));

    const { code, last, stderr } = await run(["login", "--token", hub.token, "--add-to-git-credential"], { env });
    assert.deepEqual([code, last], [0, "alice"]);
    assert.match(stderr, /git has no credential helper/);
    assert.equal(readFileSync(path, "utf8"), hub.token);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal((await run(["whoami"], { env })).last, "alice");
    assert.equal((await run(["auth", "whoami", "-q"], { env })).stdout, "alice\n");
    assert.equal(JSON.parse((await run(["env", "--json"], { env })).stdout).token, "from the file");

    const kept = join(home, "git-credentials");
    writeFileSync(env.GIT_CONFIG_GLOBAL, `[credential]\n\thelper = store --file=${kept}\n`);
    assert.equal((await run(["login", "--add-to-git-credential"], { env, input: `${hub.token}\n` })).code, 0);
    assert.ok(readFileSync(kept, "utf8").includes(hub.token));
    assert.equal((await run(["logout"], { env })).last, "Logged out");
    assert.doesNotMatch(readFileSync(kept, "utf8"), new RegExp(hub.token));
    assert.throws(() => statSync(path));
    assert.equal((await run(["logout"], { env })).last, "Nobody was logged in");
    assert.equal((await run(["logout"])).code, 1, "a variable cannot be forgotten");
  });

  test("a large folder, and back again", async () => {
    const { code, last, stderr } = await run([
      "upload-large-folder",
      "alice/large",
      "folder",
      "--type",
      "dataset",
      "--num-workers",
      "2",
    ]);
    assert.equal(code, 0, stderr);
    assert.equal(last, urlOf("large", "dataset"));
    const words = ["download", "hf://datasets/alice/large", "--local-dir", "back", "--exclude", ".gitattributes"];
    assert.equal((await run(words)).last, join(cwd, "back"));
    assert.deepEqual(differences(digestsBelow(join(cwd, "back")), digestsOf(FILES)), []);
    assert.match((await run(words)).stdout, /^0 files downloaded, 2 there already$/m);
  });

  test("a failure tells where it comes from only when asked", async () => {
    const words = ["upload", "alice/none", "nowhere"];
    assert.doesNotMatch((await run(words)).stderr, / at .*\.js/);
    assert.match((await run([...words, "--debug"])).stderr, / at .*\.js/);
    assert.match((await run(words, { env: { HUBFERRY_DEBUG: "1" } })).stderr, / at .*\.js/);
  });

  test("a reader who has seen enough breaks nothing", async () => {
    for (const words of ["env", "--version", "upload --help"]) {
      // Nobody reads any more when it begins to write.
      const line = `{ sleep 1; ${program()} ${words}; echo $? >&2; } | true`;
      const { stderr } = await start("sh", ["-c", line], options()).ended;
      assert.equal(stderr, "0\n", words);
    }
  });
});
