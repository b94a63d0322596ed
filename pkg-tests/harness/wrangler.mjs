// Workers on this machine, by the tool that their users have: no account, no network.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { temporaryFolder } from "./environment.mjs";
import { project } from "./project.mjs";

const manifest = createRequire(import.meta.url).resolve("wrangler/package.json");
const program = join(dirname(manifest), "bin/wrangler.js");
const environment = { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_LOG_PATH: "", CI: "1", NO_COLOR: "1" };

/** Of the tool; it brings the workerd that belongs to it. */
export const { version } = JSON.parse(readFileSync(manifest, "utf8"));

/** A copy of a Worker's folder, with the packed package installed. */
export function workerFolder(source) {
  const folder = temporaryFolder("worker");
  cpSync(source, folder, { recursive: true, filter: (path) => !path.includes("node_modules") });
  symlinkSync(join(project(), "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  return folder;
}

/** What a deployment would send: the folder with it, and its size as Cloudflare counts it. */
export function bundle(folder) {
  const out = temporaryFolder("bundle");
  const args = [program, "deploy", "--dry-run", "--outdir", out];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    cwd: folder,
    env: environment,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`wrangler deploy --dry-run failed: ${stdout}${stderr}`);
  const [, kib] = /gzip: ([\d.]+) KiB/.exec(stdout) ?? [];
  return { out, gzipBytes: Math.round(Number(kib) * 1024) };
}

/** Starts a Worker; resolves when it answers. Stops with this process. */
export async function startWorker(folder, vars) {
  const args = [
    program,
    "dev",
    "--ip",
    "127.0.0.1",
    "--port",
    "0",
    "--test-scheduled",
    "--show-interactive-dev-session=false",
  ];
  for (const [name, value] of Object.entries(vars)) args.push("--var", `${name}:${value}`);
  // It starts several processes, which end together as one group.
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const kill = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It is gone.
    }
  };
  process.once("exit", kill);
  const said = [];
  const url = await new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        said.push(line);
        const [, address] = /Ready on (http:\S+)/.exec(line) ?? [];
        if (address !== undefined) resolve(address);
      });
    }
    child.once("exit", (code) => reject(new Error(`wrangler dev ended with code ${code}:\n${said.join("\n")}`)));
  });
  return {
    url,
    said,
    /** The processes that run Workers. */
    processes: () => descendants(child.pid).filter((pid) => nameOf(pid) === "workerd"),
    stop: async () => {
      process.off("exit", kill);
      kill();
      await ended;
    },
  };
}

/** Peak and present memory of a process, in bytes. */
export function memoryOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const bytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0) * 1024;
  return { peak: bytes("VmHWM"), now: bytes("VmRSS") };
}

/** Begins the peak anew. */
export function forgetPeak(pid) {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

function descendants(pid) {
  const parents = new Map();
  for (const name of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const parent = parentOf(name);
    if (parent !== undefined) parents.set(Number(name), parent);
  }
  const found = [pid];
  for (const one of found) for (const [child, parent] of parents) if (parent === one) found.push(child);
  return found.slice(1);
}

function parentOf(pid) {
  try {
    return Number(
      readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) \S /s, "")
        .split(" ")[0],
    );
  } catch {
    return undefined;
  }
}

function nameOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return undefined;
  }
}
