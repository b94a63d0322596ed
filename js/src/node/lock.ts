/**
 * A lock that all processes of this user see: a file with the number of the process that holds it. One whose process is gone is
 * taken over.
 */
import { link, mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { unlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { takeLock, type Lock } from "../journal/lock.js";
import { journalsFolder } from "./journals.js";

/** Milliseconds between two looks at a lock that somebody else holds. */
const LOOK_MS = 500;

/** See the module; `folder` is where the files are. */
export function fileLock(folder: () => string = journalsFolder): Lock {
  return async (name, onWait, signal) => {
    // Pushes of one process queue up without looking at the disk.
    let waits = false;
    const wait = (): void => {
      if (!waits) onWait();
      waits = true;
    };
    const unlock = await takeLock(name, wait, signal);
    const path = join(folder(), `${name.replace(/[^\w-]/g, "-")}.lock`);
    try {
      await mkdir(folder(), { recursive: true, mode: 0o700 });
      while (!(await create(path))) {
        if (await sweep(path)) continue;
        wait();
        await sleep(LOOK_MS, undefined, { signal }).catch(() => {
          signal.throwIfAborted();
        });
      }
    } catch (error) {
      unlock();
      throw error;
    }
    const leave = (): void => {
      try {
        unlinkSync(path);
      } catch {
        // Somebody has cleared the cache.
      }
    };
    process.once("exit", leave);
    return () => {
      process.off("exit", leave);
      leave();
      unlock();
    };
  };
}

/** Makes the file, with its content from the first moment on; `false` when it is there. */
async function create(path: string): Promise<boolean> {
  const own = `${path}.${process.pid}`;
  await writeFile(own, String(process.pid), { mode: 0o600 });
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    // A file system without links.
    return await createPlainly(path);
  } finally {
    await rm(own, { force: true });
  }
}

async function createPlainly(path: string): Promise<boolean> {
  try {
    const file = await open(path, "wx", 0o600);
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** Takes away the file of a process that is gone. Whether it is worth trying again at once. */
async function sweep(path: string): Promise<boolean> {
  const holder = await readFile(path, "utf8").catch(() => undefined);
  if (holder === undefined) return true;
  if (isAlive(Number(holder))) return false;
  const aside = `${path}.${process.pid}.old`;
  await rename(path, aside).catch(() => undefined);
  // Another one was quicker, and what was moved is its lock: put back.
  const moved = await readFile(aside, "utf8").catch(() => holder);
  if (moved !== holder) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
  return true;
}

function isAlive(pid: number): boolean {
  // The number of this process in a file that it does not hold is that of an earlier one.
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
