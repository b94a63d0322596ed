// Where the artefacts under test and the tools are. Under `make` the environment says it; without, scripts/env.sh is asked.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const NAMES = [
  "HUBFERRY_CACHE",
  "HUBFERRY_TARBALL",
  "HUBFERRY_LOCAL_HUB",
  "HUBFERRY_PYTHON",
  "HUBFERRY_PYTHON_V1",
  "CHROMIUM",
  "FIREFOX",
  "MINIBROWSER",
];

function variables() {
  if (NAMES.every((name) => process.env[name])) return process.env;
  const script = `source scripts/env.sh && for name in ${NAMES.join(" ")}; do printf '%s=%s\\0' "$name" "\${!name}"; done`;
  const { stdout, stderr, status } = spawnSync("bash", ["-c", script], { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`scripts/env.sh failed: ${stderr}`);
  return Object.fromEntries(
    stdout
      .split("\0")
      .filter((line) => line !== "")
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

const found = variables();

function existing(name, path, help) {
  if (!path || !existsSync(path)) throw new Error(`${name} is ${path || "not set"}, which does not exist; ${help}`);
  return path;
}

/** The package as it is published. */
export const tarball = () => existing("HUBFERRY_TARBALL", found.HUBFERRY_TARBALL, "run scripts/build/tarball.sh");
/** The embedded Hub. */
export const localHub = () => existing("HUBFERRY_LOCAL_HUB", found.HUBFERRY_LOCAL_HUB, "run scripts/build/hub.sh");
/** Python with the Hub's own client. */
export const python = () => existing("HUBFERRY_PYTHON", found.HUBFERRY_PYTHON, "run scripts/setup/python.sh");
/** Python with version 1 of that client. */
export const pythonV1 = () => existing("HUBFERRY_PYTHON_V1", found.HUBFERRY_PYTHON_V1, "run scripts/setup/python.sh");
/** The browser. */
export const chromium = () => existing("CHROMIUM", found.CHROMIUM, "run scripts/setup/chromium.sh");
/** Firefox. */
export const firefox = () => existing("FIREFOX", found.FIREFOX, "run scripts/setup/browsers.sh");
/** WebKitGTK's browser. */
export const miniBrowser = () => existing("MINIBROWSER", found.MINIBROWSER, "run scripts/setup/browsers.sh");
/** The built page. */
export const builtPage = () => existing("the page", join(root, "www/dist"), "run scripts/build/page.sh");

/** Whether the tests run at full size. */
export const FULL = process.env.HUBFERRY_FULL === "1";

/** What may stay between runs. */
export const cache = join(found.HUBFERRY_CACHE, "pkg-tests");

const temporary = new Set();
process.once("exit", () => {
  for (const folder of temporary) rmSync(folder, { recursive: true, force: true });
});
// Without these a signal would leave folders behind.
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
])
  process.once(signal, () => process.exit(code));

/** A new empty folder that goes when this process ends. */
export function temporaryFolder(name) {
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, `${name}-`));
  temporary.add(folder);
  return folder;
}

const WEEK_MS = 7 * 24 * 3600 * 1000;

/**
 * A folder that is made once and kept between runs, as long as somebody uses it; `make` fills an empty one. Must not be changed.
 */
export function keptFolder(name, make) {
  const kept = join(cache, "kept");
  const folder = join(kept, name);
  if (!existsSync(folder)) {
    const work = temporaryFolder("make");
    const made = join(work, "made");
    mkdirSync(made);
    make(made);
    mkdirSync(kept, { recursive: true });
    try {
      renameSync(made, folder);
    } catch (error) {
      // Somebody else was faster.
      if (!existsSync(folder)) throw error;
    }
  }
  const now = Date.now();
  utimesSync(folder, now / 1000, now / 1000);
  for (const other of readdirSync(kept)) {
    const path = join(kept, other);
    if (now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now) > WEEK_MS)
      rmSync(path, { recursive: true, force: true });
  }
  return folder;
}
