// Runs the tests one file after another, each in a process of its own: `node run.mjs [PART OF A FILE'S NAME…]`.
// They need what `make build` and scripts/build/tarball.sh make; `make test` sees to that.
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { FULL } from "./harness/environment.mjs";
import { fixtureFolder } from "./harness/fixture.mjs";
import { project } from "./harness/project.mjs";

const wanted = process.argv.slice(2);
// `tests` push with the package; `clients` are those of others, and what the package has in common with them.
const files = ["tests", "clients"]
  .map((name) => join(import.meta.dirname, name))
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((file) => file.endsWith(".test.mjs"))
  .filter((file) => wanted.length === 0 || wanted.some((part) => basename(file).includes(part)))
  .sort();

// Made here once, so that no test's time is spent on it.
project();
fixtureFolder();

const started = performance.now();
let passed = 0;
let failed = 0;
const count = ({ details }) => details.type !== "suite" && !details.file;
const stream = run({ files, concurrency: 1, timeout: FULL ? 7_200_000 : 600_000 });
stream.on("test:pass", (event) => (passed += count(event) ? 1 : 0));
stream.on("test:fail", (event) => (failed += count(event) ? 1 : 0));
stream.compose(new spec()).pipe(process.stdout);
stream.once("end", () => {
  const seconds = Math.round((performance.now() - started) / 1000);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
  setImmediate(() => console.log(`\npkg-tests: ${passed} tests passed, ${failed} failed, in ${seconds} s`));
});
