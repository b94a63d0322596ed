// The transcripts that the engine's own tests replay, through the real driver and the real wasm: the same steps, the same end.
import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { Driver, type Io, type NewsView, type Work } from "../../src/driver.js";
import { engine } from "../../src/engine.js";
import "../../src/entry/node.js";
import { PushHandle } from "../../src/wasm/core.js";
import type { InputView, OperationSpec, PushOutputView, PushSpec, StepView } from "../../src/wire.js";

interface Transcript {
  title: string;
  spec: PushSpec;
  operations: OperationSpec[];
  turns: { at: number; poll?: StepView<PushOutputView>[]; input?: InputView }[];
}

const folder = new URL("../../../tests/transcripts/", import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith(".json"));

/** Answers as the transcript does, at its times. */
class Script implements Io {
  clock = 0;
  readonly #open = new Map<
    number,
    { answer: (input: InputView) => void; report: (bytes: number) => void; news: (input: NewsView) => void }
  >();

  now(): number {
    return this.clock;
  }

  perform(
    work: Work,
    report: (bytes: number) => void,
    _signal: AbortSignal,
    news: (input: NewsView) => void,
  ): Promise<InputView> {
    return new Promise((answer) => {
      this.#open.set(work.id, { answer, report, news });
    });
  }

  tell(): void {
    // What the machine tells stands in the transcript among its steps.
  }

  give(input: InputView): void {
    if (input.type === "connection") throw new Error("no transcript has this");
    const step = this.#open.get(input.id);
    if (step === undefined) throw new Error(`step ${input.id} was not performed`);
    if (input.type === "progress") step.report(input.bytes);
    else if (input.type === "sealed" || input.type === "query" || input.type === "lost") step.news(input);
    else step.answer(input);
  }
}

describe("the transcripts", () => {
  beforeAll(async () => {
    await engine();
  });

  it("exist", () => {
    expect(names.length).toBeGreaterThan(3);
  });

  it.each(names)("%s", async (name) => {
    const transcript = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Transcript;
    const script = new Script();
    const machine = new PushHandle(transcript.spec);
    machine.add(transcript.operations);
    const seen: StepView<PushOutputView>[] = [];
    const watched = {
      poll: (nowMs: number): StepView<PushOutputView> => {
        const step = machine.poll(nowMs);
        if (step.type !== "wait") seen.push(step);
        return step;
      },
      handle: (nowMs: number, input: InputView): void => {
        machine.handle(nowMs, input);
      },
      free: (): void => {
        machine.free();
      },
    };
    const driver = new Driver<PushOutputView, typeof watched>(watched, script);
    const course = { signal: new AbortController().signal, conclude: (output: PushOutputView) => output };
    const end = driver.run(course).then(
      (output) => ({ output }),
      (error: unknown) => ({ error }),
    );

    let expected: StepView<PushOutputView>[] = [];
    for (const { at, poll, input } of transcript.turns) {
      script.clock = at;
      if (input !== undefined) script.give(input);
      await settled();
      if (poll === undefined) continue;
      // Some turns come by the time alone.
      driver.change(() => undefined);
      await settled();
      expected = poll.filter((step) => step.type !== "wait");
      expect(seen.splice(0)).toEqual(expected);
    }

    const last = expected.at(-1);
    if (last?.type !== "done") throw new Error("the transcript does not end");
    if (last.outcome.type === "output") expect(await end).toEqual({ output: last.outcome.output });
    else
      expect(await end).toMatchObject({
        error: { code: last.outcome.error.code, message: last.outcome.error.message },
      });
  });
});

/** Lets the loop come to rest: it goes on by microtasks, and by a turn of the event loop when it has been busy. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
