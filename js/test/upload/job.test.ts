// What a job promises to whoever holds it.
import { describe, expect, it, vi } from "vitest";
import { noProgress, type CommitOutput, type UploadEvent } from "../../src/upload/events.js";
import { InvalidInputError } from "../../src/errors.js";
import { Job, type Attached, type Control } from "../../src/upload/job.js";

const output: CommitOutput = {
  commit: { oid: "1", url: "u" },
  commits: [],
  verified: true,
  hookOutput: "",
  files: [],
  bytes: { total: 0, read: 0, deduplicated: 0, sent: 0 },
};

/** A job whose push the test runs. */
function newJob(abortSignal?: AbortSignal) {
  let control: Control | undefined;
  let resolve: (output: CommitOutput) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const job = new Job<CommitOutput>((given) => {
    control = given;
    return new Promise((...settle) => {
      [resolve, reject] = settle;
    });
  }, abortSignal);
  if (control === undefined) throw new Error("the push did not begin at once");
  return { job, control, resolve, reject };
}

const phase = (name: "preuploading" | "committing"): UploadEvent => ({ event: "phase", phase: name });
const progress = (path: string, share: number, state: "hashing" | "uploading" = "uploading"): UploadEvent => ({
  event: "fileProgress",
  path,
  progress: share,
  state,
});
/** A push that notes what it is told. */
function attached(told: unknown[]): Attached {
  return {
    progress: () => undefined,
    pause: () => told.push("pause"),
    resume: () => told.push("resume"),
    limitSpeed: (bytesPerSecond) => told.push(bytesPerSecond),
    gentle: (on) => told.push(on),
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function collect(job: AsyncIterable<UploadEvent>): Promise<UploadEvent[]> {
  const all: UploadEvent[] = [];
  for await (const event of job) if (event.event !== "report") all.push(event);
  return all;
}

/** Rejections that nobody looked at, while `act` ran. */
async function unhandled(act: () => Promise<void>): Promise<unknown[]> {
  const found: unknown[] = [];
  const note = (reason: unknown): void => {
    found.push(reason);
  };
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", note);
  await act();
  await turn();
  await turn();
  process.off("unhandledRejection", note);
  for (const other of others) process.on("unhandledRejection", other);
  return found;
}

describe("a job", () => {
  it("is a promise", async () => {
    const { job, resolve } = newJob();
    resolve(output);
    expect(await job).toBe(output);
    expect(await job.then(({ commit }) => commit.oid)).toBe("1");
    expect(await Promise.all([job, job.finally(() => undefined)])).toEqual([output, output]);
    expect(Object.prototype.toString.call(job)).toBe("[object UploadJob]");
  });

  it("tells everybody who listens, from when they do", async () => {
    const { job, control, resolve } = newJob();
    const first = collect(job);
    control.emit(phase("preuploading"));
    await turn();
    const second = collect(job);
    control.emit(phase("committing"));
    resolve(output);
    expect(await first).toEqual([phase("preuploading"), phase("committing")]);
    expect(await second).toEqual([phase("committing")]);
  });

  it("ends an iteration that begins after the end", async () => {
    const { job, resolve } = newJob();
    resolve(output);
    await job;
    expect(await collect(job)).toEqual([]);
  });

  it("keeps little for a listener that is slow", async () => {
    const { job, control, resolve } = newJob();
    const iterator = job[Symbol.asyncIterator]();
    const first = iterator.next();
    control.emit(phase("preuploading"));
    await first;
    for (let i = 0; i <= 1000; i++) {
      control.emit(progress("a", i / 1000, "hashing"));
      control.emit(progress("a", i / 1000));
      control.emit(progress("b", i / 1000));
      control.emit({ event: "report", progress: noProgress() });
    }
    control.emit(phase("committing"));
    resolve(output);
    const rest: UploadEvent[] = [];
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) rest.push(next.value);
    expect(rest.filter(({ event }) => event !== "report")).toEqual([
      progress("a", 1, "hashing"),
      progress("a", 1),
      progress("b", 1),
      phase("committing"),
    ]);
  });

  it("throws in the iteration when it fails, and is then not unhandled", async () => {
    const failure = new Error("failed");
    const found = await unhandled(async () => {
      const { job, control, reject } = newJob();
      const seen = collect(job).catch((error: unknown) => error);
      control.emit(phase("preuploading"));
      reject(failure);
      expect(await seen).toBe(failure);
    });
    expect(found).toEqual([]);
  });

  it("is not unhandled while its listener is busy", async () => {
    const found = await unhandled(async () => {
      const { job, control, reject } = newJob();
      const listening = (async () => {
        for await (const event of job) {
          if (event.event === "phase") await new Promise((resolve) => setTimeout(resolve, 30));
        }
      })().catch(() => "thrown");
      control.emit(phase("preuploading"));
      await turn();
      reject(new Error("failed"));
      expect(await listening).toBe("thrown");
    });
    expect(found).toEqual([]);
  });

  it("is unhandled when nobody looks at all, as any promise", async () => {
    const failure = new Error("failed");
    const found = await unhandled(async () => {
      newJob().reject(failure);
      await turn();
    });
    expect(found).toEqual([failure]);
  });

  it("can be stopped by itself, with a reason, and by the caller's signal", async () => {
    const byItself = newJob();
    byItself.job.abort();
    await expect(byItself.job).rejects.toMatchObject({ name: "AbortError" });
    expect(byItself.control.signal.aborted).toBe(true);

    const reason = new Error("enough");
    const withReason = newJob();
    withReason.job.abort(reason);
    await expect(withReason.job).rejects.toBe(reason);

    const controller = new AbortController();
    const bySignal = newJob(controller.signal);
    controller.abort(reason);
    await expect(bySignal.job).rejects.toBe(reason);
    await expect(newJob(AbortSignal.abort(reason)).job).rejects.toBe(reason);
  });

  it("is not changed by a stop after its end", async () => {
    const { job, resolve, control } = newJob();
    resolve(output);
    await job;
    job.abort();
    expect(await job).toBe(output);
    expect(control.signal.aborted).toBe(true);
  });

  it("rejects when what was stopped has tidied up, and soon where that hangs", async () => {
    const tidy = newJob();
    tidy.job.abort();
    const early = await Promise.race([tidy.job.catch(() => "rejected"), turn().then(() => "pending")]);
    expect(early).toBe("pending");
    tidy.reject(new Error("whatever it says at its end"));
    await expect(tidy.job).rejects.toMatchObject({ name: "AbortError" });

    const hanging = newJob();
    const begun = performance.now();
    hanging.job.abort();
    await expect(hanging.job).rejects.toMatchObject({ name: "AbortError" });
    expect(performance.now() - begun).toBeLessThan(1_000);
  });

  it("tells a push that is connected later what was wished before", () => {
    const { job, control } = newJob();
    const done: unknown[] = [];
    job.pause();
    job.limitSpeed(1_000_000);
    job.gentle(true);
    control.attach(attached(done));
    job.resume();
    job.limitSpeed(undefined);
    job.gentle(false);
    expect(done).toEqual(["pause", 1_000_000, true, "resume", undefined, false]);
    job.abort();
    job.catch(() => undefined);
  });

  it("takes no limit that is none", () => {
    const { job } = newJob();
    for (const limit of [0, -1, NaN, "fast", null]) {
      expect(() => {
        job.limitSpeed(limit as number);
      }).toThrow(InvalidInputError);
    }
    job.abort();
    job.catch(() => undefined);
  });

  it("reports about once a second and at the end, with the last numbers", async () => {
    vi.useFakeTimers();
    try {
      const { job, control, resolve } = newJob();
      let snapshot = noProgress();
      control.attach({ ...attached([]), progress: () => snapshot });
      const reports: number[] = [];
      const listening = (async () => {
        for await (const event of job) if (event.event === "report") reports.push(event.progress.requests);
      })();
      await vi.advanceTimersByTimeAsync(0);
      for (let second = 1; second <= 3; second++) {
        snapshot = { ...snapshot, requests: second };
        await vi.advanceTimersByTimeAsync(1_000);
      }
      snapshot = { ...snapshot, requests: 9 };
      resolve(output);
      await listening;
      expect(reports).toEqual([1, 2, 3, 9]);
      expect(job.progress.requests).toBe(9);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
