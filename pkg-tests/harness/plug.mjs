// Programs whose plug can be pulled: a browser that keeps its profile on the disk, or Node with a journal in files. Both are killed as
// the system would kill them, and come back.
import { spawn } from "node:child_process";
import { createCipheriv, createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { chromium } from "playwright-core";
import { FLAGS, PushPage, withoutSystemDialogs } from "./browser.mjs";
import { chromium as executable } from "./environment.mjs";
import { workFolder } from "./project.mjs";
import { until } from "./until.mjs";
import { pageWatch } from "./watch.mjs";

/** Bytes that have nothing in common with those of another seed. */
export function unlike(bytes, seed) {
  const key = createHash("sha256").update(`plug ${seed}`).digest();
  return createCipheriv("aes-256-ctr", key, Buffer.alloc(16)).update(Buffer.alloc(bytes));
}

/** Writes path → bytes below a folder. */
export function writeFiles(folder, files) {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}

/** The process that holds a profile. */
function processOf(profile) {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    let command;
    try {
      command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    } catch {
      continue;
    }
    if (command.includes(`--user-data-dir=${profile}\0`) && !command.includes("--type=")) return Number(pid);
  }
  return undefined;
}

/** Starts a browser with that profile and opens the page of a Hub. */
export async function openWithProfile(profile, hub) {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: executable(),
    headless: true,
    args: FLAGS,
  });
  await context.addInitScript(pageWatch);
  await context.addInitScript(withoutSystemDialogs);
  const page = new PushPage(context.pages()[0] ?? (await context.newPage()), hub);
  await page.page.goto(`${hub.url}/`);
  await page.stage("empty");
  const closed = new Promise((resolve) => context.once("close", resolve));
  return {
    page,
    /** Bytes of files that were read so far, by all threads. */
    read: async () => {
      const { seen } = await page.watched();
      return Object.values(seen).reduce((sum, { read = {} }) => sum + (read.arrayBuffer ?? 0), 0);
    },
    /** What of which file was read so far, by all threads: name → spans. */
    spans: () => page.page.evaluate(() => window.pkgTestsSpans),
    /** Pulls the plug. */
    kill: async () => {
      const pid = processOf(profile);
      if (pid === undefined) throw new Error(`no browser has the profile ${profile}`);
      process.kill(pid, "SIGKILL");
      await closed;
      await until(() => processOf(profile) === undefined);
    },
    close: () => context.close(),
  };
}

/** The program: pushes a folder, and notes every read of a file before it is made. */
const PROGRAM = `
import { appendFileSync } from "node:fs";
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { basename } from "node:path";

const [options, notes] = [JSON.parse(process.argv[2]), process.argv[3]];
const open = fs.open;
fs.open = async (path, ...rest) => {
  const file = await open(path, ...rest);
  const below = String(path).startsWith(options.folder);
  if (!below) return file;
  const read = file.read.bind(file);
  file.read = (buffer, offset, length, position) => {
    appendFileSync(notes, JSON.stringify([basename(String(path)), position, position + length]) + "\\n");
    return read(buffer, offset, length, position);
  };
  return file;
};
syncBuiltinESMExports();
const { uploadFolder } = await import("hubferry");
const { commit } = await uploadFolder(options);
console.log(commit.oid);
`;

/** Pushes a folder in a process of its own, whose home is `home`. */
export function runUnderNode(options, home) {
  const work = workFolder();
  const script = join(work, "push.mjs");
  const notes = join(work, "reads");
  writeFileSync(script, PROGRAM);
  const env = { ...process.env, HOME: home, HF_HOME: join(home, "huggingface") };
  const child = spawn(process.execPath, [script, JSON.stringify(options), notes], {
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (said += text));
  const ended = new Promise((resolve) => child.once("close", (code) => resolve(code)));
  return {
    /** What of which file was read so far: name → spans. */
    spans: () => {
      const spans = {};
      if (!existsSync(notes)) return spans;
      for (const line of readFileSync(notes, "utf8").split("\n").slice(0, -1)) {
        const [name, start, end] = JSON.parse(line);
        (spans[name] ??= []).push([start, end]);
      }
      return spans;
    },
    /** Pulls the plug. */
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
    /** Settles when it has ended by itself; rejects when that was no good end. */
    done: async () => {
      const code = await ended;
      if (code !== 0) throw new Error(`the program ended with ${code}: ${said}`);
    },
  };
}
