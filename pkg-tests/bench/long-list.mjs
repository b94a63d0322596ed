// How smoothly the page follows a push of a hundred thousand files: pictures per second and tasks over 50 ms in each part of it.
// `node bench/long-list.mjs [--rows N]`.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { startBrowser } from "../harness/browser.mjs";
import { startHub } from "../harness/hub.mjs";
import { ROWS, watchLongList } from "../harness/long-list.mjs";

const { values: options } = parseArgs({ options: { rows: { type: "string", default: String(ROWS) } } });
const rows = Number(options.rows);

const hub = await startHub();
const browser = await startBrowser();
const { parts, complaints } = await watchLongList(browser, hub, { rows, seconds: 10 });
await browser.close();
await hub.stop();

console.log(`The page with ${rows} rows; ${cpus().length} × ${cpus()[0]?.model}\n`);
console.log(
  "| part | seconds | pictures per second | renderings per second | tasks over 50 ms |\n| --- | --- | --- | --- | --- |",
);
for (const [name, { pictures, renderings, tasks, seconds }] of Object.entries(parts)) {
  const rate = (n) => (n / seconds).toFixed(0);
  const long = tasks.length === 0 ? "none" : `${tasks.length}, longest ${Math.max(...tasks)} ms`;
  console.log(`| ${name} | ${seconds.toFixed(1)} | ${rate(pictures)} | ${rate(renderings)} | ${long} |`);
}
for (const complaint of complaints) console.error(complaint);
