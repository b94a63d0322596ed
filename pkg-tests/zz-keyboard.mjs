import { startHub } from "./harness/hub.mjs";
import { startBrowser, openPage } from "./harness/browser.mjs";
import { readFileSync } from "node:fs";
const hub = await startHub();
const browser = await startBrowser();
const p = await openPage(browser, hub, { viewport: { width: 1180, height: 860 } });
const page = p.page;
await p.drop(["/tmp/ten/many"]);
await p.stage("review");
await hub.create("many");
await p.fill({ repo: "alice/many" });
await page.waitForTimeout(500);
await browser.startTracing(page, {
  path: "/tmp/fake/trace.json",
  categories: ["devtools.timeline", "toplevel", "disabled-by-default-devtools.timeline"],
});
const t0 = Date.now();
await p.push();
await p.stage("done");
console.log("done after", Date.now() - t0);
await browser.stopTracing();
await browser.close();
await hub.stop();
const { traceEvents } = JSON.parse(readFileSync("/tmp/fake/trace.json", "utf8"));
const names = new Map(
  traceEvents.filter((e) => e.name === "thread_name").map((e) => [e.pid + ":" + e.tid, e.args.name]),
);
const main = new Map();
for (const e of traceEvents)
  if (e.ph === "X" && names.get(e.pid + ":" + e.tid) === "CrRendererMain") {
    const m = main.get(e.pid) ?? new Map();
    const v = m.get(e.name) ?? [0, 0, 0];
    v[0] += e.dur / 1000;
    v[1]++;
    v[2] = Math.max(v[2], e.dur / 1000);
    m.set(e.name, v);
    main.set(e.pid, m);
  }
for (const [pid, m] of main)
  console.log(
    pid,
    [...m]
      .sort((a, b) => b[1][0] - a[1][0])
      .slice(0, 22)
      .map(([k, v]) => `${k} ${v[0].toFixed(0)}ms x${v[1]} max ${v[2].toFixed(0)}`)
      .join("\n  "),
  );
