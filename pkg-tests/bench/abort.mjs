// How long a push in a page of Chromium takes to stop, at moments spread over the whole of it: from `abort` to the rejection of its
// promise, and from there until the Hub sees that the last request of it has ended. `node bench/abort.mjs [--moments N] [--most MS]`.
import assert from "node:assert/strict";
import { randomFillSync } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundle } from "../harness/bundle.mjs";
import { temporaryFolder } from "../harness/environment.mjs";
import { startHub } from "../harness/hub.mjs";
import { startMeasured } from "../harness/pipe.mjs";
import { until } from "../harness/until.mjs";
import { median } from "./table.mjs";

const { values: options } = parseArgs({
  options: { moments: { type: "string", default: "50" }, most: { type: "string", default: "1000" } },
});
const moments = Number(options.moments);
const bytes = Buffer.alloc(8 * 1024 * 1024);

// On the disk: blobs of the page's own would pile up in the browser, which holds only so many.
const folder = temporaryFolder("abort");
const files = Array.from({ length: 6 }, (_, i) => join(folder, `${i}.bin`));

const page = await bundle({
  from: join(import.meta.dirname, "page"),
  pages: ["index.html"],
  into: join(temporaryFolder("bench-page"), "dist"),
});
const hub = await startHub({ page, flags: ["--bench"] });
const browser = await startMeasured();
try {
  await hub.create("abort");
  await browser.open(`${hub.url}/`);
  const known = { hubUrl: hub.url, accessToken: hub.token, repo: hub.repo("abort") };
  const times = [];
  const echoes = [];
  for (let moment = 0; moment < moments; moment++) {
    // Most of what can be in the middle is so at the beginning.
    const afterMs = Number(options.most) * ((moment + Math.random()) / moments) ** 2;
    // Nobody has pushed these before.
    for (const file of files) writeFileSync(file, randomFillSync(bytes));
    await browser.choose("#files", files);
    const asked = { options: { ...known, useXet: moment % 4 > 0 }, afterMs };
    const { outcome, ms } = await browser.evaluate((asked) => window.stop(asked), asked);
    const stopped = performance.now();
    await until(async () => (await hub.requests()).every(({ endedAt }) => endedAt !== null), 5);
    const echo = performance.now() - stopped;
    await hub.forget();
    if (outcome === "done") continue;
    assert.equal(outcome, "aborted");
    times.push(ms);
    echoes.push(echo);
  }
  assert.ok(
    times.length >= moments / 2,
    `most pushes had ended before they were stopped: give --most less than ${options.most}`,
  );
  const shown = (ms) => `${ms.toFixed(1)} ms`;
  const both = (numbers) => `median ${shown(median(numbers))}, worst ${shown(Math.max(...numbers))}`;
  console.log(
    `abort at ${times.length} moments on ${cpus().length} × ${cpus()[0]?.model}: ${both(times)} (goal: below 100 ms)`,
  );
  console.log(`no request at the Hub any more: after another ${both(echoes)}, looked at every 25 ms`);
} finally {
  await browser.close();
  await hub.stop();
  rmSync(hub.data, { recursive: true, force: true });
}
