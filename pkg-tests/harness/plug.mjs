// A browser whose plug can be pulled: it keeps its profile on the disk, is killed as the system would kill it, and comes back.
import { createCipheriv, createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { chromium } from "playwright-core";
import { FLAGS, PushPage, withoutSystemDialogs } from "./browser.mjs";
import { chromium as executable } from "./environment.mjs";
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
