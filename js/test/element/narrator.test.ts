import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Announcer, SPACING_MS } from "../../src/element/announcer.js";
import { Narrator } from "../../src/element/narrator.js";
import { Transfer } from "../../src/element/transfer.js";
import { ScriptedJob } from "./scripted-package.js";

describe("the narrator", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("tells a push in a few words, however often it is looked at", () => {
    const said: string[] = [];
    const announcer = new Announcer(() => {
      if (announcer.text !== "") said.push(announcer.text);
    });
    const narrator = new Narrator(announcer);
    const transfer = new Transfer(1, 1000);
    narrator.begin(transfer);
    const job = new ScriptedJob(1000);
    transfer.follow(job as never);
    for (let sent = 0; sent <= 1000; sent += 1) {
      job.progress.bytes.sent = sent;
      narrator.look(transfer);
      vi.advanceTimersByTime(SPACING_MS / 50);
    }
    transfer.take({ event: "phase", phase: "committing" });
    narrator.look(transfer);
    vi.advanceTimersByTime(SPACING_MS);
    expect(said).toEqual([
      "Pushing 1 file, 1 kB",
      "25% sent",
      "50% sent",
      "75% sent",
      "Everything is sent, committing",
    ]);
  });

  it("says only the last milestone when a push is fast", () => {
    const said: string[] = [];
    const announcer = new Announcer(() => {
      if (announcer.text !== "") said.push(announcer.text);
    });
    const narrator = new Narrator(announcer);
    const transfer = new Transfer(1, 1000);
    narrator.begin(transfer);
    const job = new ScriptedJob(1000);
    transfer.follow(job as never);
    for (const sent of [300, 600, 990]) {
      job.progress.bytes.sent = sent;
      narrator.look(transfer);
    }
    vi.advanceTimersByTime(10 * SPACING_MS);
    expect(said).toEqual(["Pushing 1 file, 1 kB", "75% sent"]);
  });

  it("says why it waits", () => {
    const announcer = new Announcer(() => undefined);
    const narrator = new Narrator(announcer);
    const transfer = new Transfer(1, 1000);
    transfer.follow(new ScriptedJob(1000) as never);
    transfer.take({ event: "retry", attempt: 1, delayMs: 60_000, cause: "the Hub answered 503" });
    narrator.look(transfer);
    expect(announcer.text).toBe("Trying again. The Hub answered 503.");
  });
});
