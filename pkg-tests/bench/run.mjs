// Pushes the same files with hubferry and with @huggingface/hub, both by Xet, from a page of Chromium to the same embedded Hub, in turns,
// each time in a new browser and to a new repo. `node bench/run.mjs [--full] [--set TEXT] [--rounds N] [--out FOLDER]`. Writes pushes.json
// and pushes.html into target/bench.
//
// The browser is driven over its pipe and nobody watches its network: that would copy every body to the driver. The Hub takes bodies
// unseen while the clock runs and looks at every one of them afterwards: who stored something wrong has not won. Load of the machine
// changes the seconds; what counts are the ratios within one run.
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundle } from "../harness/bundle.mjs";
import { root, temporaryFolder } from "../harness/environment.mjs";
import { noise } from "../harness/fixture.mjs";
import { commits } from "../harness/git.mjs";
import { startHub } from "../harness/hub.mjs";
import { startMeasured } from "../harness/pipe.mjs";
import { POSSIBLE_PUSHES } from "./possible.mjs";
import { pushesPage } from "./pushes.mjs";
import { comparison, verdicts } from "./table.mjs";

const KIB = 1024;
const MIB = 1024 * KIB;
const CONTESTANTS = { hubferry: "", "@huggingface/hub": "peer.html" };

const { values: options } = parseArgs({
  options: {
    full: { type: "boolean", default: false },
    set: { type: "string" },
    rounds: { type: "string", default: "3" },
    out: { type: "string", default: join(root, "target/bench") },
  },
});
const rounds = Number(options.rounds);

/**
 * What is pushed; `latencyMs`: how much later every answer comes. The full sizes are those that figures are given for. `wanted`: the least
 * ratios of the reference to ours, and what we may use at most.
 */
const usual = { wall: 2.3, cpu: 2, longestTaskMs: 50, rendererGrowthMiB: 230 };
const small = { count: 500, size: 64 * KIB };
const [several, large] = options.full ? [20, 1024] : [5, 256];
const all = [
  { name: "500 × 64 KiB", ...small, kind: "small", wanted: { ...usual, requests: 15 } },
  {
    ...{ name: "500 × 64 KiB, 50 ms", ...small, latencyMs: 50, kind: "small and late" },
    wanted: { ...usual, wall: 5, requests: 15 },
  },
  { name: `${several} × 20 MiB`, count: several, size: 20 * MIB, kind: "several", wanted: usual },
  {
    name: large === 1024 ? "1 × 1 GiB" : `1 × ${large} MiB`,
    count: 1,
    size: large * MIB,
    kind: "large",
    wanted: usual,
  },
];
const sets = all.filter(({ name }) => options.set === undefined || name.includes(options.set));

/** Files of random bytes on the disk; gives their paths. */
function filesOf(folder, count, size) {
  mkdirSync(folder, { recursive: true });
  return Array.from({ length: count }, (_, i) => {
    const file = join(folder, `${String(i).padStart(4, "0")}.bin`);
    writeFileSync(file, noise(size, i + 1));
    return file;
  });
}

const page = await bundle({
  from: join(import.meta.dirname, "page"),
  pages: ["index.html", "peer.html"],
  into: join(temporaryFolder("bench-page"), "dist"),
});

async function push(contestant, { latencyMs = 0 }, files, totalBytes) {
  // A Hub of its own for each push: what one contestant has stored must not help the next.
  const hub = await startHub({ page, flags: ["--bench"] });
  const browser = await startMeasured();
  try {
    const repo = "bench";
    await hub.create(repo);
    await browser.open(`${hub.url}/${CONTESTANTS[contestant]}`);
    await browser.choose("#files", files);
    await hub.forget();
    await hub.slowDown({ latencyMs });
    const before = await browser.used();
    const known = { hubUrl: hub.url, accessToken: hub.token, repo: hub.repo(repo) };
    const result = await browser.evaluate((options) => window.push(options), known);
    const after = await browser.used();
    await hub.slowDown({});
    const requests = (await hub.requests()).filter(({ method, path }) => method !== "GET" || !isOfPage(path));
    assert.equal(commits(hub.repoFolder(repo))[0].oid, result.commit);
    await hub.verifyAll();
    const preflights = requests.filter(({ method }) => method === "OPTIONS").length;
    return {
      seconds: result.ms / 1000,
      megabytesPerSecond: totalBytes / 1e3 / result.ms,
      cpuSeconds: after.cpuSeconds - before.cpuSeconds,
      requests: requests.length - preflights,
      preflights,
      megabytesSent: requests.reduce((sum, { requestBytes }) => sum + requestBytes, 0) / 1e6,
      longestTaskMs: result.longestTaskMs,
      blockedMs: result.blockedMs,
      longestDelayMs: result.longestDelayMs,
      rendererPeakMiB: after.rendererPeakMiB,
      rendererGrowthMiB: after.rendererPeakMiB - before.rendererPeakMiB,
    };
  } finally {
    await browser.close();
    await hub.stop();
    rmSync(hub.data, { recursive: true, force: true });
  }
}

/** What the browser loads of the page itself, also by its workers. */
function isOfPage(path) {
  return path === "/" || /\.(?:html|js|wasm|css|ico)$/.test(path);
}

const machine = `${cpus().length} × ${cpus()[0]?.model}`;
console.log(`${rounds} rounds in turns after a warm-up, median; ${machine}\n`);
const report = { machine, rounds, sets: [] };
mkdirSync(options.out, { recursive: true });
for (const set of sets) {
  const folder = temporaryFolder("bench-files");
  const files = filesOf(folder, set.count, set.size);
  const total = set.count * set.size;
  const runs = Object.fromEntries(Object.keys(CONTESTANTS).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of Object.keys(CONTESTANTS)) {
      const result = await push(name, set, files, total);
      if (round > 0) runs[name].push(result);
    }
  }
  rmSync(folder, { recursive: true });
  const { name, wanted, kind } = set;
  const judged = verdicts(runs, wanted, POSSIBLE_PUSHES[kind]);
  report.sets.push({ name, load: Number(loadavg()[0].toFixed(1)), verdicts: judged, runs });
  console.log(`${comparison(name, runs)}\n${judged.join("\n")}\n`);
  // After each set: a run that is stopped has told what it knows.
  writeFileSync(join(options.out, "pushes.json"), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(options.out, "pushes.html"), pushesPage(report));
}
console.log(`written: pushes.json and pushes.html in ${options.out}`);
