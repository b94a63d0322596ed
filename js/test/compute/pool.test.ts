// The pool's rules, with workers that do what the test says. Real workers are run in browsers.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FromLane, ToLane } from "../../src/compute/messages.js";
import { Pool } from "../../src/compute/pool.js";
import type { Compute, Done, Task } from "../../src/compute/task.js";

/** A worker whose answers the test gives. */
class ScriptedWorker extends EventTarget {
  static all: ScriptedWorker[] = [];
  readonly got: ToLane[] = [];
  terminated = false;

  constructor() {
    super();
    ScriptedWorker.all.push(this);
  }

  postMessage(message: ToLane): void {
    this.got.push(message);
  }

  terminate(): void {
    this.terminated = true;
  }

  say(message: FromLane): void {
    if (!this.terminated) this.dispatchEvent(new MessageEvent("message", { data: message }));
  }

  crash(): void {
    this.dispatchEvent(new Event("error"));
  }

  get tasks(): Task[] {
    return this.got.flatMap((message) => (message.type === "hubferry:task" ? [message.task] : []));
  }
}

const blob = new Blob([]);
const digest = (size: number): Task => ({ kind: "digest", blob, size, digest: "sha256" });
const probe: Task = { kind: "probe", files: [] };
const digested = (text: string): Done => ({ kind: "digested", digest: text });
/** Nobody stops it. */
const free = (): { signal: AbortSignal } => ({ signal: new AbortController().signal });

/** Says that it was done in place. */
const fallback: Compute = { run: () => Promise.resolve(digested("in place")) };

const settle = (): Promise<void> => vi.advanceTimersByTimeAsync(0).then(() => undefined);

function newPool(size: number, spawn = (): Worker => new ScriptedWorker() as unknown as Worker): Pool {
  return new Pool({ size, spawn, module: {}, fallback });
}

function workerAt(index: number): ScriptedWorker {
  const worker = ScriptedWorker.all[index];
  if (worker === undefined) throw new Error(`there is no worker ${index}`);
  return worker;
}

async function bringUp(...indexes: number[]): Promise<void> {
  for (const index of indexes) workerAt(index).say({ type: "hubferry:ready" });
  await settle();
}

describe("a pool of workers", () => {
  beforeEach(() => {
    ScriptedWorker.all = [];
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("starts workers when there is work, never more than it may", async () => {
    const pool = newPool(2);
    expect(ScriptedWorker.all.length).toBe(0);
    const runs = [1, 2, 3].map((size) => pool.run(digest(size), free()));
    expect(ScriptedWorker.all.length).toBe(2);
    await bringUp(0, 1);
    expect(workerAt(0).tasks).toEqual([digest(1)]);
    expect(workerAt(1).tasks).toEqual([digest(2)]);
    workerAt(1).say({ type: "hubferry:done", done: digested("two") });
    await settle();
    expect(workerAt(1).tasks).toEqual([digest(2), digest(3)]);
    workerAt(0).say({ type: "hubferry:done", done: digested("one") });
    workerAt(1).say({ type: "hubferry:done", done: digested("three") });
    expect(await Promise.all(runs)).toEqual([digested("one"), digested("two"), digested("three")]);
    expect(ScriptedWorker.all.length).toBe(2);
  });

  it("gives each worker the module before its first task", async () => {
    void newPool(1).run(digest(1), free());
    expect(workerAt(0).got.map(({ type }) => type)).toEqual(["hubferry:start"]);
    await bringUp(0);
    expect(workerAt(0).got.map(({ type }) => type)).toEqual(["hubferry:start", "hubferry:task"]);
  });

  it("does short tasks before long ones", async () => {
    const pool = newPool(1);
    void pool.run(digest(1), free());
    void pool.run(digest(2), free());
    void pool.run(probe, free());
    await bringUp(0);
    expect(workerAt(0).tasks).toEqual([probe]);
  });

  it("has one more worker for short tasks when all others are busy with long ones", async () => {
    const pool = newPool(2);
    for (const size of [1, 2, 3]) void pool.run(digest(size), free());
    await bringUp(0, 1);
    void pool.run(probe, free());
    void pool.run(probe, free());
    expect(ScriptedWorker.all.length).toBe(3);
    await bringUp(2);
    expect(workerAt(2).tasks).toEqual([probe]);
    workerAt(2).say({ type: "hubferry:done", done: { kind: "probed", files: [] } });
    await settle();
    workerAt(2).say({ type: "hubferry:done", done: { kind: "probed", files: [] } });
    await settle();
    expect(workerAt(2).tasks).toEqual([probe, probe]);
  });

  it("passes reports on", async () => {
    const reports: number[] = [];
    void newPool(1).run(digest(9), { ...free(), onProgress: (bytes) => reports.push(bytes) });
    await bringUp(0);
    workerAt(0).say({ type: "hubferry:progress", bytes: 4 });
    workerAt(0).say({ type: "hubferry:progress", bytes: 8 });
    expect(reports).toEqual([4, 8]);
  });

  it("terminates the worker of an aborted task, and only that one", async () => {
    const pool = newPool(2);
    const controller = new AbortController();
    const stopped = pool.run(digest(1), { signal: controller.signal });
    const other = pool.run(digest(2), free());
    const waiting = pool.run(digest(3), free());
    await bringUp(0, 1);
    controller.abort();
    expect(workerAt(0).terminated).toBe(true);
    expect(workerAt(1).terminated).toBe(false);
    expect((await stopped).kind).toBe("failed");
    // The waiting task gets a worker in its place.
    await settle();
    expect(ScriptedWorker.all.length).toBe(3);
    await bringUp(2);
    workerAt(1).say({ type: "hubferry:done", done: digested("two") });
    workerAt(2).say({ type: "hubferry:done", done: digested("three") });
    expect(await other).toEqual(digested("two"));
    expect(await waiting).toEqual(digested("three"));
  });

  it("forgets a task that is aborted while it waits", async () => {
    const pool = newPool(1);
    const controller = new AbortController();
    void pool.run(digest(1), free());
    const stopped = pool.run(digest(2), { signal: controller.signal });
    await bringUp(0);
    controller.abort();
    expect((await stopped).kind).toBe("failed");
    workerAt(0).say({ type: "hubferry:done", done: digested("one") });
    await settle();
    expect(workerAt(0).tasks).toEqual([digest(1)]);
    expect(workerAt(0).terminated).toBe(false);
  });

  it("does not begin a task that was aborted before or on its way", async () => {
    const pool = newPool(1);
    expect((await pool.run(digest(1), { signal: AbortSignal.abort() })).kind).toBe("failed");
    expect(ScriptedWorker.all.length).toBe(0);
    const first = pool.run(digest(2), free());
    await bringUp(0);
    workerAt(0).say({ type: "hubferry:done", done: digested("two") });
    await first;
    await settle();
    const controller = new AbortController();
    const stopped = pool.run(digest(3), { signal: controller.signal });
    controller.abort();
    expect((await stopped).kind).toBe("failed");
    await settle();
    expect(workerAt(0).tasks).toEqual([digest(2)]);
    expect(workerAt(0).terminated).toBe(false);
  });

  it("does the work of a crashed worker once more elsewhere, and not a third time", async () => {
    const pool = newPool(1);
    const run = pool.run(digest(1), free());
    await bringUp(0);
    workerAt(0).crash();
    await settle();
    await bringUp(1);
    expect(workerAt(1).tasks).toEqual([digest(1)]);
    workerAt(1).crash();
    expect(await run).toMatchObject({ kind: "failed", failure: { code: "internal" } });
    expect(ScriptedWorker.all.length).toBe(2);
  });

  it("can abort a task that is being repeated", async () => {
    const pool = newPool(1);
    const controller = new AbortController();
    const run = pool.run(digest(1), { signal: controller.signal });
    await bringUp(0);
    workerAt(0).crash();
    await settle();
    await bringUp(1);
    controller.abort();
    expect(workerAt(1).terminated).toBe(true);
    expect((await run).kind).toBe("failed");
  });

  it("stops a worker that has had nothing to do for ten seconds, and starts one again", async () => {
    const pool = newPool(1);
    const run = pool.run(digest(1), free());
    await bringUp(0);
    workerAt(0).say({ type: "hubferry:done", done: digested("one") });
    await run;
    await vi.advanceTimersByTimeAsync(9_000);
    expect(workerAt(0).terminated).toBe(false);
    await vi.advanceTimersByTimeAsync(1_001);
    expect(workerAt(0).terminated).toBe(true);
    void pool.run(digest(2), free());
    expect(ScriptedWorker.all.length).toBe(2);
  });

  it("waits for a connection when a worker cannot load without one", async () => {
    const listeners = new Map<string, () => void>();
    vi.stubGlobal("navigator", { onLine: false });
    vi.stubGlobal("addEventListener", (type: string, listener: () => void) => listeners.set(type, listener));
    vi.stubGlobal("removeEventListener", (type: string) => listeners.delete(type));
    const run = newPool(1).run(digest(1), free());
    workerAt(0).crash();
    await settle();
    expect(ScriptedWorker.all).toHaveLength(1);
    listeners.get("online")?.();
    await settle();
    await bringUp(1);
    workerAt(1).say({ type: "hubferry:done", done: digested("here again") });
    expect(await run).toEqual(digested("here again"));
    expect(listeners.size).toBe(0);
    vi.unstubAllGlobals();
  });

  describe("works in place", () => {
    const inPlace = digested("in place");

    it("when a worker cannot be made", async () => {
      const pool = newPool(2, () => {
        throw new DOMException("refused", "SecurityError");
      });
      expect(await pool.run(digest(1), free())).toEqual(inPlace);
      expect(await pool.run(digest(2), free())).toEqual(inPlace);
    });

    it("when its script is blocked", async () => {
      const run = newPool(2).run(digest(1), free());
      workerAt(0).crash();
      expect(await run).toEqual(inPlace);
    });

    it("when the engine does not start in it", async () => {
      const run = newPool(2).run(digest(1), free());
      workerAt(0).say({ type: "hubferry:broken", message: "no wasm" });
      expect(await run).toEqual(inPlace);
    });

    it("when nothing is heard of any worker", async () => {
      const pool = newPool(2);
      const runs = [1, 2, 3].map((size) => pool.run(digest(size), free()));
      await vi.advanceTimersByTimeAsync(10_000);
      expect(await Promise.all(runs)).toEqual([inPlace, inPlace, inPlace]);
      expect(ScriptedWorker.all.every(({ terminated }) => terminated)).toBe(true);
    });

    it("not while another worker is there", async () => {
      const pool = newPool(2);
      const runs = [1, 2].map((size) => pool.run(digest(size), free()));
      await bringUp(0);
      workerAt(1).crash();
      await settle();
      workerAt(0).say({ type: "hubferry:done", done: digested("one") });
      await settle();
      workerAt(0).say({ type: "hubferry:done", done: digested("two") });
      expect(await Promise.all(runs)).toEqual([digested("one"), digested("two")]);
    });
  });
});
