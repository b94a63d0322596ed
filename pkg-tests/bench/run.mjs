// Pushes the same files with hubferry and with @huggingface/hub from a page of Chromium to the same embedded Hub, in turns, each time
// in a new browser and to a new repo. `node bench/run.mjs [--full] [--rounds N] [--json FILE]`.
//
// The browser is driven over its pipe and nobody watches its network: that would copy every body to the driver. Load of the machine
// changes the seconds; what counts are the ratios within one run.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundle } from "../harness/bundle.mjs";
import { temporaryFolder } from "../harness/environment.mjs";
import { noise } from "../harness/fixture.mjs";
import { commits } from "../harness/git.mjs";
import { startHub } from "../harness/hub.mjs";
import { startMeasured } from "../harness/pipe.mjs";

const MIB = 1024 * 1024;
const CONTESTANTS = { hubferry: "", "@huggingface/hub": "peer.html" };

const { values: options } = parseArgs({
  options: {
    full: { type: "boolean", default: false },
    rounds: { type: "string", default: "3" },
    json: { type: "string" },
  },
});
const rounds = Number(options.rounds);

/** Files of random bytes on the disk; gives their paths. */
function filesOf(name, count, size) {
  const folder = temporaryFolder("bench");
  mkdirSync(folder, { recursive: true });
  return Array.from({ length: count }, (_, i) => {
    const file = join(folder, `${name}-${String(i).padStart(4, "0")}.bin`);
    writeFileSync(file, noise(size, i + 1));
    return file;
  });
}

const sets = [
  { name: "500 × 64 KiB", count: 500, size: 64 * 1024 },
  { name: "1 × 256 MiB", count: 1, size: 256 * MIB },
];
if (options.full)
  sets.push({ name: "20 × 20 MiB", count: 20, size: 20 * MIB }, { name: "1 × 1 GiB", count: 1, size: 1024 * MIB });

const page = await bundle({
  from: join(import.meta.dirname, "page"),
  pages: ["index.html", "peer.html"],
  into: join(temporaryFolder("bench-page"), "dist"),
});
const hub = await startHub({ page });
let repos = 0;

async function push(contestant, files, totalBytes) {
  const repo = `bench-${++repos}`;
  await hub.create(repo);
  await hub.forget();
  const browser = await startMeasured();
  try {
    await browser.open(`${hub.url}/${CONTESTANTS[contestant]}`);
    await browser.choose("#files", files);
    const loaded = (await hub.requests()).length;
    const before = await browser.used();
    const known = { hubUrl: hub.url, accessToken: hub.token, repo: hub.repo(repo) };
    const result = await browser.evaluate((options) => window.push(options), known);
    const after = await browser.used();
    const requests = (await hub.requests()).slice(loaded);
    // A contestant that did not really push has not won.
    assert.equal(commits(hub.repoFolder(repo))[0].oid, result.commit);
    const stored = requests.reduce((sum, { face, requestBytes }) => sum + (face === "store" ? requestBytes : 0), 0);
    assert.ok(stored >= totalBytes, `${contestant} sent ${stored} of ${totalBytes} bytes`);
    return {
      seconds: result.ms / 1000,
      megabytesPerSecond: totalBytes / 1e3 / result.ms,
      cpuSeconds: after.cpuSeconds - before.cpuSeconds,
      requests: requests.length,
      longestTaskMs: result.longestTaskMs,
      blockedMs: result.blockedMs,
      longestDelayMs: result.longestDelayMs,
      rendererPeakMiB: after.rendererPeakMiB,
    };
  } finally {
    await browser.close();
  }
}

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
};

const COLUMNS = [
  ["seconds", "wall s", 2],
  ["megabytesPerSecond", "MB/s", 0],
  ["cpuSeconds", "CPU s", 1],
  ["requests", "requests", 0],
  ["longestTaskMs", "longest task ms", 0],
  ["blockedMs", "blocked ms", 0],
  ["longestDelayMs", "longest delay ms", 0],
  ["rendererPeakMiB", "renderer MiB", 0],
];

function table(set, runs) {
  const rows = Object.entries(runs).map(([name, results]) => [
    name,
    ...COLUMNS.map(([key, , digits]) => {
      const values = results.map((result) => result[key]);
      const range =
        key === "seconds" ? ` (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})` : "";
      return median(values).toFixed(digits) + range;
    }),
  ]);
  const [ours, theirs] = Object.values(runs);
  rows.push([
    "ratio (ours / theirs)",
    ...COLUMNS.map(([key]) => {
      const below = median(theirs.map((result) => result[key]));
      return below === 0 ? "–" : (median(ours.map((result) => result[key])) / below).toFixed(2);
    }),
  ]);
  const lines = [[set.name, ...COLUMNS.map(([, title]) => title)], ...rows];
  const widths = lines[0].map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  return lines
    .map((line) => line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  "))
    .join("\n");
}

console.log(`${rounds} rounds in turns after a warm-up, median; ${cpus().length} × ${cpus()[0]?.model}\n`);
const report = {};
for (const set of sets) {
  const files = filesOf("random", set.count, set.size);
  const total = set.count * set.size;
  const runs = Object.fromEntries(Object.keys(CONTESTANTS).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of Object.keys(CONTESTANTS)) {
      const result = await push(name, files, total);
      if (round > 0) runs[name].push(result);
    }
  }
  report[set.name] = runs;
  console.log(`${table(set, runs)}\n`);
}
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
await hub.stop();
