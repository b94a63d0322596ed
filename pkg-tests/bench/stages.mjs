// The stages of a push in headless Chromium, each beside what others have for it: digests, chunks, xorbs, the whole pass.
// `node bench/stages.mjs [--browsers N] [--rounds N] [--only STAGE] [--out FOLDER]`. Writes stages.json and stages.html into target/bench.
//
// Contestants take turns within each round; what counts is the ratio of their medians per second of CPU, all processes of the
// browser counted: it holds on a busy machine, where seconds on the clock do not. Each browser compiles and lays out its code anew, which
// makes some contestants a fifth faster or slower, so several take part.
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundle } from "../harness/bundle.mjs";
import { root, temporaryFolder } from "../harness/environment.mjs";
import { startMeasured } from "../harness/pipe.mjs";
import { serveFolder } from "../harness/static.mjs";
import { POSSIBLE_FOUR_LANES, POSSIBLE_STAGES } from "./possible.mjs";
import { reportPage } from "./stages/report.mjs";
import { median } from "./table.mjs";

const { values: options } = parseArgs({
  options: {
    browsers: { type: "string", default: "3" },
    rounds: { type: "string", default: "3" },
    only: { type: "string" },
    out: { type: "string", default: join(root, "target/bench") },
  },
});

const pack = (kind, wanted) => ({
  stage: "xorbs",
  kind,
  title: `Xorbs: cut, hash, compress, pack (${kind})`,
  contestants: ["hubferry", "hubferry, core", "@huggingface/hub"],
  reference: "@huggingface/hub",
  wanted,
});

/**
 * What is measured. `wanted`: the least ratio of ours to the reference per second of CPU. Of many messages we take the platform's digests
 * where they are faster than our own, and more is wanted then.
 */
const STAGES = [
  {
    stage: "sha256-many",
    kind: "random",
    title: "SHA-256 of many messages of 16 KiB",
    contestants: ["hubferry", "hubferry, four lanes", "crypto.subtle", "hash-wasm", "@noble/hashes"],
    reference: "hash-wasm",
    wanted: 3.4,
    same: true,
  },
  {
    stage: "sha256-one",
    kind: "random",
    title: "SHA-256 of one stream",
    contestants: ["hubferry", "@huggingface/hub", "hash-wasm", "@noble/hashes"],
    reference: "hash-wasm",
    wanted: 1.2,
    same: true,
  },
  {
    stage: "chunks",
    kind: "random",
    title: "Chunks: cut and hash",
    contestants: ["hubferry", "xetchunk-wasm"],
    reference: "xetchunk-wasm",
    wanted: 2.7,
  },
  pack("random", 10),
  pack("bf16", 5),
  pack("f32", 6),
  pack("text", 6),
  {
    stage: "ingest",
    kind: "random",
    title: "One pass: digest, cut, hash, compress, pack",
    contestants: ["hubferry", "@huggingface/hub"],
    reference: "@huggingface/hub",
    wanted: 3,
  },
].filter(({ stage }) => options.only === undefined || stage === options.only);

/** The least ratio that is wanted of a contestant, and the best that there can be. */
function aims(name, { stage, kind, wanted }) {
  if (name === "hubferry") return { wanted, possible: POSSIBLE_STAGES[`${stage} ${kind}`] };
  return name === "hubferry, four lanes" ? { wanted: 2.3, possible: POSSIBLE_FOUR_LANES } : {};
}

const page = await bundle({
  from: join(import.meta.dirname, "stages"),
  pages: ["index.html"],
  into: join(temporaryFolder("stages"), "dist"),
});
const server = await serveFolder(page);
const samples = STAGES.map(({ contestants }) => Object.fromEntries(contestants.map((name) => [name, []])));
try {
  for (let nth = 0; nth < Number(options.browsers); nth++) await measure();
} finally {
  await server.stop();
}

/** All rounds in one browser. */
async function measure() {
  const browser = await startMeasured();
  try {
    await browser.open(`${server.url}/index.html`);
    for (let round = 0; round <= Number(options.rounds); round++) {
      // The first round warms up.
      for (const [at, stage] of STAGES.entries()) await takeTurns(browser, stage, round > 0 ? samples[at] : undefined);
    }
  } finally {
    await browser.close();
  }
}

async function takeTurns(browser, { stage, kind, contestants, same }, samples) {
  const results = new Set();
  for (const contestant of contestants) {
    const before = await browser.used();
    const question = { stage, kind, contestant };
    const { bytes, ms, result } = await browser.evaluate((question) => window.ask(question), question);
    const after = await browser.used();
    results.add(result);
    const cpuSeconds = Math.max(after.cpuSeconds - before.cpuSeconds, 0.01);
    samples?.[contestant].push({ wall: bytes / 1e3 / ms, cpu: bytes / 1e6 / cpuSeconds, result });
  }
  // Who computes something else has not won.
  if (same && results.size !== 1) throw new Error(`${stage}: the digests differ: ${[...results].join(", ")}`);
}

const report = {
  machine: `${cpus().length} × ${cpus()[0]?.model}`,
  browsers: Number(options.browsers),
  rounds: Number(options.rounds),
  load: loadavg().map((load) => Number(load.toFixed(1))),
  stages: STAGES.map(({ stage, kind, title, contestants, reference, wanted }, at) => {
    const speed = (name, clock) => median(samples[at][name].map((sample) => sample[clock]));
    return {
      stage,
      kind,
      title,
      reference,
      contestants: contestants.map((name) => ({
        name,
        ...aims(name, { stage, kind, wanted }),
        cpuMBps: speed(name, "cpu"),
        wallMBps: speed(name, "wall"),
        cpuRatio: speed(name, "cpu") / speed(reference, "cpu"),
        wallRatio: speed(name, "wall") / speed(reference, "wall"),
        result: samples[at][name][0].result,
        samples: samples[at][name].map(({ cpu, wall }) => ({ cpuMBps: cpu, wallMBps: wall })),
      })),
    };
  }),
};

console.log(
  `${report.browsers} browsers, ${report.rounds} rounds each in turns after a warm-up, medians; ${report.machine}; load ${report.load[0]}\n`,
);
for (const { title, reference, contestants } of report.stages) {
  console.log(title);
  console.log(`  ${"".padEnd(22)}${"MB per CPU s".padStart(14)}${"MB/s".padStart(8)}${"ratio".padStart(9)}`);
  for (const { name, cpuMBps, wallMBps, cpuRatio, wanted, possible } of contestants) {
    const missed = cpuRatio >= wanted ? "" : ", MISSED";
    const goal = wanted === undefined ? "" : `  (wanted ${wanted}${missed}; possible ${possible.toFixed(1)})`;
    const note = name === reference ? "  (reference)" : goal;
    const cells = [cpuMBps.toFixed(0).padStart(14), wallMBps.toFixed(0).padStart(8), cpuRatio.toFixed(2).padStart(9)];
    console.log(`  ${name.padEnd(22)}${cells.join("")}${note}`);
  }
  console.log("");
}
checkSum(report);

mkdirSync(options.out, { recursive: true });
writeFileSync(join(options.out, "stages.json"), `${JSON.stringify(report, null, 2)}\n`);
writeFileSync(join(options.out, "stages.html"), reportPage(report));
console.log(`written: stages.json and stages.html in ${options.out}`);

/** What the pass costs beside its stages one by one. */
function checkSum({ stages }) {
  const cost = (stage) => {
    const found = stages.find((other) => other.stage === stage && other.kind === "random");
    return found === undefined ? NaN : 1000 / found.contestants[0].cpuMBps;
  };
  const [pass, sum] = [cost("ingest"), cost("sha256-one") + cost("xorbs")];
  if (Number.isNaN(pass + sum)) return;
  const more = ((pass / sum - 1) * 100).toFixed(0);
  console.log(
    `one pass: ${pass.toFixed(2)} CPU ms per MB; digest and xorbs one by one: ${sum.toFixed(2)} (${more} %)\n`,
  );
}
