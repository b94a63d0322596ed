// What is said where: results, warnings, failures, progress; and never a token.
import { describe, expect, it, vi } from "vitest";
import { tellResult } from "../../src/cli/commands/upload.js";
import { failureOf } from "../../src/cli/failure.js";
import { Interrupted, listen } from "../../src/cli/interrupt.js";
import { Output, type Mode } from "../../src/cli/output.js";
import { LineMeter } from "../../src/cli/progress/lines.js";
import { openMeter } from "../../src/cli/progress/meter.js";
import { follow, pushGauge, warningText } from "../../src/cli/progress/push.js";
import { readSettings, type Environment } from "../../src/cli/settings.js";
import { HubferryError, InvalidInputError } from "../../src/errors.js";
import { noProgress, type CommitOutput, type CommittedFile, type Progress } from "../../src/upload/events.js";
import { Job } from "../../src/upload/job.js";
import { heard, type HeardStreams } from "./streams.js";

const TOKEN = `hf_${"T".repeat(34)}`;

function output(mode: Mode, isTTY = false, hasColor = true): { out: Output; said: HeardStreams["said"] } {
  const streams = heard(isTTY);
  return { out: new Output(mode, streams, hasColor), said: streams.said };
}

function sayAll({ out }: { out: Output }): void {
  out.note("going on");
  out.warn("careful");
  out.line("for people");
  out.result("the URL", { url: "the URL" });
}

describe("a command that goes well", () => {
  it.each<[Mode, string, string]>([
    ["human", "for people\nthe URL\n", "going on\nWarning: careful\n"],
    ["quiet", "the URL\n", ""],
    ["json", '{"url":"the URL","warnings":["careful"]}\n', "Warning: careful\n"],
  ])("says, %s", (mode, stdout, stderr) => {
    const made = output(mode);
    sayAll(made);
    expect(made.said).toEqual({ stdout, stderr });
  });
});

describe("a push that leaves files behind", () => {
  const pushed = (...states: CommittedFile["state"][]): CommitOutput => ({
    ...{ commit: { oid: "0".repeat(40), url: "the URL" }, commits: [], verified: true, hookOutput: "" },
    files: states.map((state, number) => ({ path: `${number}.txt`, size: 1, state })),
    bytes: { total: 2, read: 2, deduplicated: 0, sent: 1 },
  });

  it.each([
    [0, "", pushed("added", "unchanged")],
    [1, "Warning: 1 of 2 files could not be read and are not there\n", pushed("added", "failed")],
  ])("ends with %i", (exitCode, stderr, result) => {
    const { out, said } = output("human");
    tellResult(result, { out });
    expect(said).toEqual({ stdout: "Nothing has changed: no commit was made\nthe URL\n", stderr });
    expect(out.exitCode).toBe(exitCode);
  });
});

describe("a command that fails", () => {
  const failure = { code: "forbidden", message: "No", hint: "Ask", exitCode: 1 } as const;
  it.each<[Mode, string]>([
    ["human", ""],
    ["quiet", ""],
    ["json", '{"error":{"code":"forbidden","message":"No"}}\n'],
  ])("says why, %s", (mode, stdout) => {
    const { out, said } = output(mode);
    out.fail(failure);
    expect(said).toEqual({ stdout, stderr: "Error: No\nAsk\n" });
  });

  it.each<[string, unknown, object]>([
    [
      "an error of the package",
      new InvalidInputError("Wrong"),
      { code: "invalid_input", message: "Wrong", exitCode: 1 },
    ],
    [
      "one that a login helps with",
      new HubferryError("unauthorized", "Who"),
      { hint: expect.stringMatching(/login/) as string },
    ],
    [
      "one that time helps with",
      new HubferryError("offline", "Away"),
      { hint: "Check the connection, then run the same command again" },
    ],
    [
      "one that rights help with",
      new HubferryError("forbidden", "Not you"),
      { hint: "The token has no right to this; `hubferry whoami` says whose it is" },
    ],
    ["Ctrl-C", new Interrupted("SIGINT"), { code: "aborted", exitCode: 130 }],
    ["SIGTERM", new Interrupted("SIGTERM"), { code: "aborted", exitCode: 143 }],
    [
      "the system",
      Object.assign(new Error("EACCES: no"), { code: "EACCES", syscall: "mkdir" }),
      { code: "file_unreadable", hint: undefined },
    ],
    [
      "a bug",
      new TypeError("x is not a function"),
      { code: "internal", hint: expect.stringMatching(/report/) as string },
    ],
    ["no error", "text", { code: "internal", exitCode: 1 }],
  ])("ends as it should: %s", (_, error, expected) => {
    expect(failureOf(error)).toMatchObject(expected);
  });
});

describe("a push that is interrupted", () => {
  const MIB = 1024 * 1024;
  it.each([
    ["goes on when it was large", true, 32 * MIB, 1, "Run the same command again: it goes on where it was"],
    ["goes on when it was of many files", true, 1000, 1000, "Run the same command again: it goes on where it was"],
    ["begins anew when it was small", true, 32 * MIB - 1, 999, undefined],
    ["begins anew when nothing of it is kept", false, 64 * MIB, 2000, undefined],
  ])("%s", async (_, continues, bytes, files, hint) => {
    const { out } = output("quiet");
    const context = { settings: readSettings({}), out, streams: heard(), signal: new AbortController().signal };
    const { bytes: noBytes, files: noFiles, ...rest } = noProgress();
    const progress = { ...rest, bytes: { ...noBytes, total: bytes }, files: { ...noFiles, total: files } };
    const stopped = (): Job =>
      new Job(({ attach }) => {
        attach({ progress: () => progress } as Parameters<typeof attach>[0]);
        return Promise.reject(new Interrupted("SIGINT"));
      }, undefined);
    const error: unknown = await follow(stopped, context, continues).catch((error: unknown) => error);
    expect(failureOf(error)).toMatchObject({ code: "aborted", hint });
  });
});

describe("a token", () => {
  it("is never said, not even where it should not be", () => {
    const { out, said } = output("human");
    out.hide("a secret of another form");
    out.line(`line ${TOKEN}`);
    out.warn(`warning ${TOKEN} a secret of another form`);
    out.note(TOKEN);
    out.raw(`${TOKEN}\n`);
    out.fail({ code: "internal", message: TOKEN, hint: TOKEN, exitCode: 1 });
    out.result(TOKEN, {});
    expect(said.stdout + said.stderr).not.toMatch(/T{8}|another form/);
  });

  it("leaves names alone that only begin like one", () => {
    const { out, said } = output("human");
    out.line("https://hub/hf_user/hf_internal_model/commit/0123");
    expect(said.stdout).toBe("https://hub/hf_user/hf_internal_model/commit/0123\n");
  });
});

describe("colours", () => {
  it.each([
    ["on a terminal", true, true, true],
    ["not in a file", false, true, false],
    ["not when they are not wanted", true, false, false],
  ])("%s", (_, isTTY, wanted, expected) => {
    const { out, said } = output("human", isTTY, wanted);
    out.warn("careful");
    expect(said.stderr.includes("\u001b[")).toBe(expected);
  });
});

describe("progress", () => {
  const open = async (isTTY: boolean, mode: Mode, environment: Environment): Promise<string> => {
    const streams = heard(isTTY);
    const settings = readSettings(environment);
    const out = new Output(mode, streams, settings.hasColor);
    const meter = await openMeter({ settings, out, streams, signal: new AbortController().signal });
    meter.show({ fraction: 0.5, text: "half of it" });
    meter.end();
    expect(streams.said.stdout).toBe("");
    return streams.said.stderr;
  };

  it("is a plain line without a terminal", async () => {
    expect(await open(false, "human", {})).toBe("half of it\n");
    expect(await open(true, "human", { TERM: "dumb" })).toBe("half of it\n");
  });

  it.each<[string, Mode, Environment]>([
    ["quiet", "quiet", {}],
    ["JSON", "json", {}],
    ["not wanted", "human", { HF_HUB_DISABLE_PROGRESS_BARS: "1" }],
  ])("is nothing when it is %s", async (_, mode, environment) => {
    expect(await open(false, mode, environment)).toBe("");
    expect(await open(true, mode, environment)).toBe("");
  });

  it("is told now and then, and in the end", () => {
    const { out, said } = output("human");
    let now = 0;
    const meter = new LineMeter(out, () => now);
    for (const [at, text] of [
      [0, "first"],
      [1_000, "too early"],
      [10_000, "second"],
      [12_000, "last"],
    ] as const) {
      now = at;
      meter.show({ fraction: 0, text });
    }
    meter.end();
    meter.end();
    expect(said.stderr).toBe("first\nsecond\nlast\n");
  });

  const progress = (change: Partial<Progress>): Progress => ({ ...noProgress(), ...change });
  const files = { total: 3, hashed: 2, uploaded: 1, committed: 1, skipped: 1, failed: 0 };
  const bytes = { total: 10e6, read: 8e6, deduplicated: 1e6, sent: 3e6, registered: 0, committed: 0 };
  it.each<[string, Partial<Progress>, number, string]>([
    ["nothing yet", {}, 0, "0 of 0 files, 0 bytes of 0 bytes read"],
    [
      "on its way",
      { files, bytes, bytesPerSecond: 2e6, etaSeconds: 70 },
      0.6,
      "2 of 3 files, 8 of 10 MB read, 3 MB sent, 1 MB known to the Hub, 2 MB/s, about 1 minute left",
    ],
    [
      "offline",
      { state: "offline", bytesPerSecond: 1 },
      0,
      "0 of 0 files, 0 bytes of 0 bytes read, no connection: goes on by itself",
    ],
    [
      "all but committed",
      { files: { ...files, committed: 0 }, bytes: { ...bytes, read: 10e6, sent: 9e6 } },
      0.99,
      "1 of 3 files",
    ],
    ["done", { files: { ...files, committed: 2 } }, 1, "3 of 3 files"],
  ])("of a push: %s", (_, change, fraction, text) => {
    const gauge = pushGauge(progress(change));
    expect(gauge.fraction).toBeCloseTo(fraction);
    expect(gauge.text.replaceAll("0 of 0 bytes", "0 bytes of 0 bytes")).toContain(text);
  });

  it("names the first paths of a warning", () => {
    const warn = (message: string, paths: string[]): string =>
      warningText({ event: "warning", code: "left_out", message, paths });
    expect(warn("Left out", ["a", "b"])).toBe("Left out: a, b");
    expect(warn('"a" is large', ["a"])).toBe('"a" is large');
    expect(
      warn(
        "Left out",
        Array.from({ length: 8 }, (_, n) => `f${n}`),
      ),
    ).toMatch(/f0, f1, f2, f3, f4 and 3 more$/);
  });
});

describe("Ctrl-C", () => {
  it("stops once, and ends at once the second time", () => {
    const exit = vi.spyOn(process, "exit").mockImplementation(() => undefined as never);
    const told = vi.fn();
    const before = process.listenerCount("SIGINT");
    let now = 0;
    const { signal, release } = listen(told, () => now);
    try {
      process.emit("SIGINT");
      expect(signal.reason).toBeInstanceOf(Interrupted);
      expect(told).toHaveBeenCalledTimes(1);
      // npx tells the same press again.
      now = 900;
      process.emit("SIGINT");
      expect(exit).not.toHaveBeenCalled();
      now = 2_000;
      process.emit("SIGTERM");
      expect(exit).toHaveBeenCalledExactlyOnceWith(143);
    } finally {
      release();
      exit.mockRestore();
    }
    expect(process.listenerCount("SIGINT")).toBe(before);
  });
});
