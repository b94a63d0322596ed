// The loop against a scripted machine: what is answered, what is stopped, what is freed.
import { describe, expect, it, vi } from "vitest";
import { Driver, type Io, type Machine, type Work } from "../../src/driver.js";
import { HubApiError, HubferryError, InvalidInputError } from "../../src/errors.js";
import type { EventView, InputView, StepView, TellView } from "../../src/wire.js";

type Steps = StepView<string>[];

const send = (id: number): StepView<string> => ({
  type: "send",
  id,
  request: { method: "GET", url: "https://hub.example/", headers: [], body: [], answer: "text" },
});
const wait: StepView<string> = { type: "wait" };
const done: StepView<string> = { type: "done", outcome: { type: "output", output: "the end" } };
const response = (id: number): InputView => ({ type: "response", id, status: 200, headers: [], body: "" });

/** Emits its steps; each `wait` is left by one input. */
class ScriptedMachine implements Machine<string> {
  readonly inputs: InputView[] = [];
  freed = 0;
  #steps: Steps;

  constructor(steps: Steps) {
    this.#steps = [...steps];
  }

  poll(): StepView<string> {
    if (this.freed > 0) throw new Error("polled after it was freed");
    const [step = done] = this.#steps;
    if (step.type !== "wait") this.#steps.shift();
    return step;
  }

  handle(_nowMs: number, input: InputView): void {
    if (this.freed > 0) throw new Error("answered after it was freed");
    this.inputs.push(input);
    if (input.type !== "progress") this.#steps.shift();
  }

  free(): void {
    this.freed += 1;
  }
}

/** Performs nothing by itself. */
class ScriptedIo implements Io {
  clock = 0;
  readonly performed: { work: Work; signal: AbortSignal; report: (bytes: number) => void }[] = [];
  readonly #answers = new Map<number, { resolve: (input: InputView) => void; reject: (error: Error) => void }>();

  now(): number {
    return this.clock;
  }

  perform(work: Work, report: (bytes: number) => void, signal: AbortSignal): Promise<InputView> {
    this.performed.push({ work, signal, report });
    return new Promise((resolve, reject) => {
      this.#answers.set(work.id, { resolve, reject });
    });
  }

  readonly told: TellView[] = [];

  tell(tell: TellView): void {
    this.told.push(tell);
  }

  answer(id: number): void {
    this.#answers.get(id)?.resolve(response(id));
  }

  reject(id: number, error: Error): void {
    this.#answers.get(id)?.reject(error);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function start(
  steps: Steps,
  more: { onEvent?: (event: EventView) => void; prepare?: () => Promise<void>; waitsForConnection?: boolean } = {},
) {
  const machine = new ScriptedMachine(steps);
  const io = new ScriptedIo();
  const controller = new AbortController();
  const driver = new Driver<string, ScriptedMachine>(machine, io);
  const run = driver.run({ signal: controller.signal, conclude: (output) => output, ...more });
  run.catch(() => undefined);
  return { machine, io, controller, driver, run };
}

describe("the driver", () => {
  it("answers each step once and frees the machine at the end", async () => {
    const { machine, io, run } = start([send(1), send(2), wait, wait, done]);
    await turn();
    io.answer(2);
    io.answer(1);
    expect(await run).toBe("the end");
    expect(machine.inputs).toMatchObject([{ id: 2 }, { id: 1 }]);
    expect(machine.freed).toBe(1);
  });

  it("polls after each input until the machine waits", async () => {
    const { io, run, machine } = start([send(1), send(2), wait, send(3), wait, wait, done]);
    await turn();
    io.answer(1);
    io.answer(2);
    // The loop may give way to others in between.
    await vi.waitFor(() => {
      expect(io.performed.map(({ work }) => work.id)).toEqual([1, 2, 3]);
    });
    io.answer(3);
    await run;
    expect(machine.inputs).toMatchObject([{ id: 1 }, { id: 2 }, { id: 3 }]);
  });

  it("stops a cancelled step and drops its late answer", async () => {
    const { io, run, machine } = start([send(1), { type: "cancel", id: 1 }, send(2), wait, done]);
    await turn();
    expect(io.performed.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    io.answer(1);
    await turn();
    expect(machine.inputs).toEqual([]);
    io.answer(2);
    expect(await run).toBe("the end");
  });

  it("keeps only the latest report of a step, and hands it over before the answer", async () => {
    const { io, run, machine } = start([send(1), wait, done]);
    await turn();
    const report = io.performed[0]?.report;
    report?.(10);
    report?.(20);
    io.answer(1);
    await run;
    expect(machine.inputs).toEqual([{ type: "progress", id: 1, bytes: 20 }, response(1)]);
  });

  it("drops reports of a step that was answered", async () => {
    const { io, run, machine } = start([send(1), send(2), wait, wait, done]);
    await turn();
    io.answer(1);
    await turn();
    io.performed[0]?.report(99);
    io.answer(2);
    await run;
    expect(machine.inputs.every(({ type }) => type === "response")).toBe(true);
  });

  it("polls again when the time has come", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const machine = new ScriptedMachine([]);
      const io = new ScriptedIo();
      const polled: number[] = [];
      machine.poll = () => {
        polled.push(io.clock);
        return io.clock < 500 ? { type: "wait", untilMs: 500 } : done;
      };
      const signal = new AbortController().signal;
      const run = new Driver<string, ScriptedMachine>(machine, io).run({ signal, conclude: (output) => output });
      await vi.advanceTimersByTimeAsync(499);
      expect(polled).toEqual([0]);
      io.clock = 500;
      await vi.advanceTimersByTimeAsync(1);
      expect(await run).toBe("the end");
      expect(polled).toEqual([0, 500]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("rejects with the signal's reason, after everything in the air was stopped", async () => {
    const { machine, io, controller, run } = start([send(1), send(2), wait, done]);
    await turn();
    const stopped: boolean[] = [];
    const seen = run.catch((error: unknown) => {
      stopped.push(...io.performed.map(({ signal }) => signal.aborted));
      return error;
    });
    const reason = new Error("enough");
    controller.abort(reason);
    expect(await seen).toBe(reason);
    expect(stopped).toEqual([true, true]);
    expect(machine.freed).toBe(1);
    io.answer(1);
    await turn();
    expect(machine.inputs).toEqual([]);
  });

  it("starts nothing when it was stopped before", async () => {
    const machine = new ScriptedMachine([send(1), wait, done]);
    const io = new ScriptedIo();
    const driver = new Driver<string, ScriptedMachine>(machine, io);
    const run = driver.run({ signal: AbortSignal.abort(), conclude: (output) => output });
    await expect(run).rejects.toMatchObject({ name: "AbortError" });
    expect(io.performed).toEqual([]);
    expect(machine.freed).toBe(1);
  });

  it("does not wait for a preparation that hangs when it is stopped", async () => {
    const { controller, run, machine } = start([done], { prepare: () => new Promise(() => undefined) });
    controller.abort();
    await expect(run).rejects.toMatchObject({ name: "AbortError" });
    expect(machine.freed).toBe(1);
  });

  it("turns a bug in a step's performance into an answer, not into silence", async () => {
    const { io, run, machine } = start([send(1), wait, done]);
    await turn();
    io.reject(1, new Error("a bug"));
    await run;
    expect(machine.inputs).toEqual([{ type: "failed", id: 1, failure: { code: "internal", message: "a bug" } }]);
  });

  it("gives the machine's errors the shape that callers know", async () => {
    const view = { code: "conflict", message: "the branch moved", retryable: false };
    const refusal = { status: 412, url: "https://hub.example/x", requestId: "r1", data: { error: "moved" } };
    const end = (error: typeof view): Steps => [{ type: "done", outcome: { type: "error", error } }];
    await expect(start(end(view)).run).rejects.toMatchObject({ name: "HubferryError", code: "conflict" });
    const refused = await start(end({ ...view, refusal } as typeof view)).run.catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(HubApiError);
    expect(refused).toMatchObject({ code: "conflict", statusCode: 412, requestId: "r1", data: { error: "moved" } });
    const invalid = await start(end({ ...view, code: "invalid_input" })).run.catch((error: unknown) => error);
    expect(invalid).toBeInstanceOf(InvalidInputError);
    await expect(start(end({ ...view, code: "aborted" })).run).rejects.toMatchObject({ name: "AbortError" });
  });

  it("tells a machine that there is no connection before it hears of what that has broken", async () => {
    vi.stubGlobal("navigator", { onLine: true });
    vi.stubGlobal("addEventListener", () => undefined);
    vi.stubGlobal("removeEventListener", () => undefined);
    try {
      const { io, run, machine } = start([send(1), wait, wait, done], { waitsForConnection: true });
      await turn();
      vi.stubGlobal("navigator", { onLine: false });
      io.reject(1, new Error("the network"));
      await run;
      expect(machine.inputs).toMatchObject([
        { type: "connection", online: false },
        { type: "failed", id: 1 },
      ]);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it("frees the machine when it throws", async () => {
    const machine = new ScriptedMachine([]);
    // The engine throws plain objects.
    const view = { code: "internal", message: "a step that nobody knows", retryable: false };
    machine.poll = () => {
      throw view as unknown as Error;
    };
    const driver = new Driver<string, ScriptedMachine>(machine, new ScriptedIo());
    const run = driver.run({ signal: new AbortController().signal, conclude: (output) => output });
    await expect(run).rejects.toBeInstanceOf(HubferryError);
    expect(machine.freed).toBe(1);
  });

  it("lets others look at the machine while it lives, and not afterwards", async () => {
    const { io, run, driver } = start([send(1), wait, done]);
    await turn();
    expect(driver.peek(({ freed }) => freed)).toBe(0);
    io.answer(1);
    await run;
    expect(driver.peek(({ freed }) => freed)).toBeUndefined();
  });

  it("tells the caller what the machine says, in order", async () => {
    const events: EventView[] = [];
    const first: EventView = { event: "phase", phase: "preuploading" };
    const second: EventView = { event: "commit", oid: "1", url: "u", files: 1 };
    const { run } = start([{ type: "event", event: first }, { type: "event", event: second }, done], {
      onEvent: (event) => events.push(event),
    });
    await run;
    expect(events).toEqual([first, second]);
  });

  it("gives the event loop its turn however many steps there are", async () => {
    const many = Array.from({ length: 20_000 }, (): StepView<string> => ({
      type: "event",
      event: { event: "phase", phase: "committing" },
    }));
    let turns = 0;
    let running = true;
    const count = (): void => {
      turns += 1;
      if (running) setImmediate(count);
    };
    const busy = (): void => {
      const until = performance.now() + 0.005;
      while (performance.now() < until);
    };
    setImmediate(count);
    await start([...many, done], { onEvent: busy }).run;
    running = false;
    expect(turns).toBeGreaterThan(2);
  });
});
