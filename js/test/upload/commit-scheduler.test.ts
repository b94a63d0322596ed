// A folder that grows, pushed to the embedded Hub by a scheduler, and work that is done in order.
import { once } from "node:events";
import { appendFileSync, existsSync, readFileSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import {
  CommitScheduler,
  downloadFile,
  listCommits,
  UploadQueue,
  type CommitOutput,
  type CommitSchedulerParams,
} from "../../src/entry/node.js";
import { steady } from "../../src/source/origin.js";
import { temporaryFolder } from "../harness/folder.js";
import { suiteHub } from "../harness/suite-hub.js";

const { hub, known } = suiteHub();
let serial = 0;

/** A scheduler of an hour, whose first push has been made; ends with the test. */
async function scheduler(params: Partial<CommitSchedulerParams> & { folder: string }): Promise<{
  repo: string;
  scheduled: CommitScheduler;
}> {
  const repo = `datasets/alice/scheduled-${serial++}`;
  const scheduled = new CommitScheduler({ ...known, repo, every: 60, ...params });
  onTestFinished(() => scheduled.stop());
  await scheduled.trigger();
  return { repo, scheduled };
}

async function read(repo: string, path: string): Promise<string | undefined> {
  return await (await downloadFile({ ...known, repo, path }))?.text();
}

async function titles(repo: string): Promise<string[]> {
  const all: string[] = [];
  for await (const { title } of listCommits({ ...known, repo })) all.push(title);
  return all;
}

const pathsOf = (output: CommitOutput | undefined): string[] | undefined => output?.files.map(({ path }) => path);

describe("a scheduler", () => {
  it("makes the repo and pushes what is there at once", async () => {
    const folder = temporaryFolder({ "a.txt": "a", "sub/b.txt": "b", "c.tmp": "c" });
    const commits: CommitOutput[] = [];
    const repo = `alice/scheduled-${serial++}`;
    const scheduled = new CommitScheduler({
      ...{ ...known, repo, folder, pathInRepo: "logs", ignorePatterns: "*.tmp", visibility: "private" },
      onCommit: (output) => commits.push(output),
    });
    await expect.poll(() => commits.length, { timeout: 10_000 }).toBe(1);
    await scheduled.stop();
    expect(pathsOf(commits[0])).toEqual(["logs/a.txt", "logs/sub/b.txt"]);
    expect((await titles(repo))[0]).toBe("Scheduled Commit");
    const about = join(hub.repoFolder(repo), "hub.json");
    expect(JSON.parse(readFileSync(about, "utf8"))).toMatchObject({ private: true });
  });

  it("pushes only what has changed, and asks for nothing when nothing has", async () => {
    const folder = temporaryFolder({ "a.txt": "a", "b.txt": "b" });
    const { repo, scheduled } = await scheduler({ folder });
    await hub.forget();
    expect(await scheduled.trigger()).toBeUndefined();
    expect(await hub.requests()).toEqual([]);
    appendFileSync(join(folder, "b.txt"), "more");
    expect(pathsOf(await scheduled.trigger())).toEqual(["b.txt"]);
    expect(await read(repo, "b.txt")).toBe("bmore");
  });

  it("makes no commit of a file that was only touched", async () => {
    const folder = temporaryFolder({ "a.txt": "a" });
    const { repo, scheduled } = await scheduler({ folder });
    const before = await titles(repo);
    utimesSync(join(folder, "a.txt"), 1, 1);
    expect((await scheduled.trigger())?.commits).toEqual([]);
    expect(await titles(repo)).toEqual(before);
  });

  it.each([
    ["small", 10],
    ["large", 300_000],
  ])("pushes a %s file with the size that it had, while it grows", async (_, size) => {
    const folder = temporaryFolder();
    const file = join(folder, "grows.log");
    let during = false;
    const growing: typeof fetch = (input, init) => {
      if (during) appendFileSync(file, "later");
      return fetch(input, init);
    };
    const { repo, scheduled } = await scheduler({ folder, fetch: growing });
    const first = "x".repeat(size);
    writeFileSync(file, first);
    during = true;
    await scheduled.trigger();
    during = false;
    expect(await read(repo, "grows.log")).toBe(first);
    await scheduled.trigger();
    expect(await read(repo, "grows.log")).toBe(readFileSync(file, "utf8"));
    expect(await read(repo, "grows.log")).toMatch(/^x+(?:later)+$/);
  });

  it("tells of a push that failed, and takes its files again", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "shrinks.log");
    let during = false;
    const shrinking: typeof fetch = (input, init) => {
      if (during) truncateSync(file, 1);
      return fetch(input, init);
    };
    const { repo, scheduled } = await scheduler({ folder, fetch: shrinking });
    writeFileSync(file, "0123456789");
    during = true;
    await expect(scheduled.trigger()).rejects.toMatchObject({ code: "file_changed" });
    during = false;
    expect(pathsOf(await scheduled.trigger())).toEqual(["shrinks.log"]);
    expect(await read(repo, "shrinks.log")).toBe("0");
  });

  it("tells what is wrong with a folder that is none", async () => {
    const folder = temporaryFolder({ file: "no folder" });
    const errors: unknown[] = [];
    const scheduled = new CommitScheduler({
      ...{ ...known, repo: "alice/none", folder: join(folder, "file") },
      onError: (error) => errors.push(error),
    });
    await expect.poll(() => errors.length).toBe(1);
    await scheduled.stop();
    expect(errors[0]).toMatchObject({ code: "invalid_input" });
  });

  it("makes a folder that is not there", async () => {
    const folder = join(temporaryFolder(), "new/folder");
    const { scheduled } = await scheduler({ folder });
    expect(existsSync(folder)).toBe(true);
    writeFileSync(join(folder, "a.txt"), "a");
    expect(pathsOf(await scheduled.trigger())).toEqual(["a.txt"]);
  });

  it("does not look at the folder while somebody writes", async () => {
    const folder = temporaryFolder();
    const { repo, scheduled } = await scheduler({ folder });
    let pushing: Promise<unknown> | undefined;
    await scheduled.lock(async () => {
      writeFileSync(join(folder, "half.txt"), "half a ");
      pushing = scheduled.trigger();
      await new Promise((resolve) => setTimeout(resolve, 50));
      appendFileSync(join(folder, "half.txt"), "line");
    });
    await pushing;
    expect(await read(repo, "half.txt")).toBe("half a line");
  });

  it("pushes one after the other, and not twice for two wishes", async () => {
    const folder = temporaryFolder({ "a.txt": "a" });
    let running = 0;
    let runs = 0;
    class Counting extends CommitScheduler {
      override async pushToHub(): Promise<CommitOutput | undefined> {
        expect(++running).toBe(1);
        runs += 1;
        await new Promise((resolve) => setTimeout(resolve, 20));
        running -= 1;
        return undefined;
      }
    }
    const scheduled = new Counting({ ...known, repo: "alice/counting", folder, every: 60 });
    await Promise.all([scheduled.trigger(), scheduled.trigger(), scheduled.trigger()]);
    expect(runs).toBe(1);
    // The second waits for the first, and so does whoever asks for a third.
    const second = scheduled.trigger();
    await Promise.all([second, scheduled.trigger()]);
    await scheduled.stop();
    expect(runs).toBe(2);
    expect(await scheduled.trigger()).toBeUndefined();
  });

  it("lets a push be something else", async () => {
    const folder = temporaryFolder({ "a.txt": "a" });
    const pushed: string[] = [];
    class Other extends CommitScheduler {
      readonly #name = "of its own";
      override pushToHub(): Promise<undefined> {
        pushed.push(this.#name);
        return Promise.resolve(undefined);
      }
    }
    const scheduled = new Other({ ...known, repo: "alice/other", folder });
    await expect.poll(() => pushed).toEqual(["of its own"]);
    await scheduled.stop();
  });

  it("pushes again and again, until it is stopped", async () => {
    const folder = temporaryFolder();
    let runs = 0;
    class Often extends CommitScheduler {
      override pushToHub(): Promise<undefined> {
        runs += 1;
        return Promise.resolve(undefined);
      }
    }
    const scheduled = new Often({ ...known, repo: "alice/often", folder, every: 0.0001 });
    await expect.poll(() => runs).toBeGreaterThan(3);
    await scheduled.stop();
    const then = runs;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(runs).toBe(then);
  });

  it("takes files from a map", async () => {
    const folder = new Map([["a.txt", "a"]]);
    const repo = `datasets/alice/scheduled-${serial++}`;
    const scheduled = new CommitScheduler({ ...known, repo, folder });
    expect(pathsOf(await scheduled.trigger())).toEqual(["a.txt"]);
    folder.set("a.txt", "another");
    await scheduled.trigger();
    expect(await read(repo, "a.txt")).toBe("another");
    await scheduled.stop();
  });

  it("takes a blob of a map as it is, whatever its size", async () => {
    const blob = new Blob(["a"]);
    expect(await steady(blob)).toBe(blob);
    const dated = new File(["a"], "a.txt");
    expect(await steady(dated)).not.toBe(dated);
  });

  it("waits as long as a timer can when more is asked for", async () => {
    let runs = 0;
    class Seldom extends CommitScheduler {
      override pushToHub(): Promise<undefined> {
        runs += 1;
        return Promise.resolve(undefined);
      }
    }
    const scheduled = new Seldom({ ...known, repo: "alice/seldom", folder: temporaryFolder(), every: 60 * 24 * 30 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await scheduled.stop();
    expect(runs).toBe(1);
  });

  it.each(["before it begins", "while a push is under way", "between two pushes"])(
    "is over when its signal aborts: %s",
    async (when) => {
      const controller = new AbortController();
      const { signal } = controller;
      const onError = vi.fn();
      let runs = 0;
      class Aborted extends CommitScheduler {
        override async pushToHub(): Promise<undefined> {
          runs += 1;
          if (when !== "between two pushes") await once(signal, "abort");
          signal.throwIfAborted();
          return undefined;
        }
      }
      if (when === "before it begins") controller.abort();
      const params = { ...known, repo: "alice/aborted", folder: temporaryFolder(), abortSignal: signal, onError };
      const scheduled = new Aborted({ ...params, every: 0.0001 });
      onTestFinished(() => scheduled.stop());
      if (!signal.aborted) await expect.poll(() => runs).toBeGreaterThan(0);
      controller.abort();
      const then = runs;
      expect(await scheduled.trigger()).toBeUndefined();
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(runs).toBe(then);
      expect(onError).not.toHaveBeenCalled();
    },
  );

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, "5"])("refuses %s for a time", (every) => {
    const make = (): unknown => new CommitScheduler({ repo: "alice/none", folder: ".", every: every as number });
    expect(make).toThrow(/every must be a number of minutes above zero/);
  });
});

describe("a queue", () => {
  it("runs one at a time in order, whatever fails", async () => {
    const queue = new UploadQueue();
    const said: string[] = [];
    const later = (name: string, ms: number) => async (): Promise<string> => {
      said.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, ms));
      said.push(`${name} ends`);
      return name;
    };
    const first = queue.run(later("first", 20));
    const second = queue.run(() => {
      throw new Error("second fails");
    });
    const third = queue.run(later("third", 0));
    const idle = queue.onIdle().then(() => said.push("idle"));
    const fourth = first.then(() => queue.run(later("fourth", 0)));
    await expect(second).rejects.toThrow("second fails");
    expect(await Promise.all([first, third, fourth])).toEqual(["first", "third", "fourth"]);
    await idle;
    const pairs = ["first", "third", "fourth"].flatMap((name) => [`${name} begins`, `${name} ends`]);
    expect(said).toEqual([...pairs, "idle"]);
  });

  it("is idle when nothing was given", async () => {
    await expect(new UploadQueue().onIdle()).resolves.toBeUndefined();
  });
});
