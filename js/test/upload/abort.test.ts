// A push that is stopped at any moment: nothing is asked afterwards, and nothing stays open. By LFS and by Xet, with the package's own
// requests and through a `fetch` of the caller's.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createRepo, init, uploadFiles } from "../../src/entry/node.js";
import { engine } from "../../src/engine.js";
import { PushHandle } from "../../src/wasm/core.js";
import { LocalHub } from "../harness/hub.js";
import { MIB, noise } from "../harness/packing.js";

/** Of each way; fifty in all. */
const MOMENTS = 17;

const hub = new LocalHub();
let known: { hubUrl: string; accessToken: string };

/** What has gone to the platform: requests begun since the last stop, and those that are under way. */
const asked = { isStopped: false, late: 0, running: 0 };

beforeAll(async () => {
  await hub.start();
  known = { hubUrl: hub.url, accessToken: hub.token };
  const { fetch } = globalThis;
  vi.stubGlobal("fetch", async (...request: Parameters<typeof fetch>) => {
    // Not the test's own.
    const [input] = request;
    if ((input instanceof Request ? input.url : input.toString()).includes("/_control/"))
      return await fetch(...request);
    if (asked.isStopped) asked.late += 1;
    asked.running += 1;
    try {
      return await fetch(...request);
    } finally {
      asked.running -= 1;
    }
  });
  await init();
});
afterAll(async () => {
  vi.unstubAllGlobals();
  await hub.stop();
});
afterEach(() => vi.restoreAllMocks());

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until the Hub hears nothing more: what had left before may still be arriving, on a machine that is busy. */
async function quiet(): Promise<void> {
  for (let round = 0; round < 40; round++) {
    await hub.forget();
    await pause(20);
    if ((await hub.requests()).length === 0) return;
  }
  throw new Error("somebody goes on asking");
}

/** Something of everything: small files, large ones, one of several xorbs. */
const files = [
  ...Array.from({ length: 20 }, (_, i) => ({ path: `small/${i}.txt`, content: new Blob([`text ${i}`]) })),
  ...Array.from({ length: 6 }, (_, i) => ({ path: `large/${i}.bin`, content: new Blob([noise(300_000, i + 1)]) })),
  { path: "largest.bin", content: new Blob([noise(10 * MIB, 9)]) },
];

/** Counts pushes of the engine that were begun and not given back. */
async function countPushes(): Promise<{ open: () => number }> {
  await engine();
  const begun = vi.spyOn(PushHandle.prototype, "poll").mock;
  const freed = vi.spyOn(PushHandle.prototype, "free").mock;
  return { open: () => new Set(begun.contexts).size - new Set(freed.contexts).size };
}

describe.each([
  { way: "LFS", useXet: false, bringsFetch: false },
  { way: "Xet", useXet: true, bringsFetch: false },
  { way: "Xet through the caller's fetch", useXet: true, bringsFetch: true },
])("a push by $way that is stopped", ({ way, useXet, bringsFetch }) => {
  it(`at any of ${MOMENTS} moments`, { timeout: 120_000 }, async () => {
    Object.assign(asked, { isStopped: false, late: 0 });
    const repo = `alice/abort-${way.length}-${Number(useXet)}`;
    await createRepo({ ...known, repo });
    const params = { ...known, repo, useXet, ...(bringsFetch && { fetch: globalThis.fetch }) };
    const begun = performance.now();
    await uploadFiles({ ...params, files: [...files, { path: "first.bin", content: new Blob([noise(MIB, 77)]) }] });
    const whole = performance.now() - begun;
    const pushes = await countPushes();
    const times: number[] = [];
    for (let moment = 0; moment < MOMENTS; moment++) {
      asked.isStopped = false;
      const fresh = files.map(({ path, content }) => ({ path, content: new Blob([content, `${way} ${moment}`]) }));
      // A commit that had left may yet be made: it must not pass for one of the next push.
      const job = uploadFiles({ ...params, commitTitle: `${way} ${moment}`, files: fresh });
      const outcome = job.then(
        () => "done",
        (error: unknown) => error,
      );
      await Promise.race([pause((whole * (moment + 0.5)) / MOMENTS), outcome]);
      asked.isStopped = true;
      const at = performance.now();
      job.abort();
      const error = await outcome;
      times.push(performance.now() - at);
      // So fast that it had ended.
      if (error === "done") continue;
      expect(error).toMatchObject({ name: "AbortError" });
      expect(pushes.open(), "the engine's memory is given back").toBe(0);
      await quiet();
      expect(asked).toEqual({ isStopped: true, late: 0, running: 0 });
    }
    times.sort((a, b) => a - b);
    expect(times[Math.floor(times.length / 2)], "milliseconds, in the middle").toBeLessThan(100);
  });
});
