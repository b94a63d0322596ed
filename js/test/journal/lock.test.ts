/** One push at a time for one journal: in a thread, and between processes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { takeLock, type Lock } from "../../src/journal/lock.js";
import { fileLock } from "../../src/node/lock.js";

const never = new AbortController().signal;
const nobodyWaits = (): never => {
  throw new Error("nobody else has it");
};
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hubferry-test-"));
});

describe.each<[string, () => Lock]>([
  ["of a thread", () => takeLock],
  ["of a file", () => fileLock(() => folder)],
])("the lock %s", (_, make) => {
  test("has one holder; the next ones come in their order, and are told once that they wait", async () => {
    const lock = make();
    const order: string[] = [];
    const first = await lock("a", nobodyWaits, never);
    const others = ["second", "third"].map(async (name) => {
      const unlock = await lock("a", () => order.push(`${name} waits`), never);
      order.push(name);
      unlock();
    });
    (await lock("b", nobodyWaits, never))();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(order).toEqual(["second waits", "third waits"]);
    first();
    await Promise.all(others);
    expect(order).toEqual(["second waits", "third waits", "second", "third"]);
    (await lock("a", nobodyWaits, never))();
  });

  test("whoever stops waiting is not given it, and holds nobody up", async () => {
    const lock = make();
    const first = await lock("a", nobodyWaits, never);
    const controller = new AbortController();
    const second = lock("a", () => undefined, controller.signal);
    const third = lock("a", () => undefined, never);
    controller.abort(new Error("enough"));
    await expect(second).rejects.toThrow("enough");
    first();
    (await third)();
  });
});

describe("the lock of a file", () => {
  const holder = async (): Promise<number> => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    return child.pid ?? 0;
  };

  test("of a process that is gone is taken over", async () => {
    await writeFile(join(folder, "a.lock"), String(await holder()));
    const unlock = await fileLock(() => folder)("a", nobodyWaits, never);
    unlock();
    expect(await readdir(folder)).toEqual([]);
  });

  test("that was cut while it was written is taken over", async () => {
    await writeFile(join(folder, "a.lock"), "");
    (await fileLock(() => folder)("a", nobodyWaits, never))();
  });

  test("of a process that runs is waited for", async () => {
    const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"]);
    await writeFile(join(folder, "a.lock"), String(child.pid));
    let waits = 0;
    const taken = fileLock(() => folder)("a", () => waits++, never);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(waits).toBe(1);
    child.kill("SIGKILL");
    await once(child, "exit");
    (await taken)();
  });
});
