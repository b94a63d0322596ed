import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Announcer, SPACING_MS } from "../../src/element/announcer.js";

describe("announcements", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("says the first thing at once, then only the last of what came in between", () => {
    const said: string[] = [];
    const announcer = new Announcer(() => said.push(announcer.text));
    announcer.say("Pushing");
    expect(said).toEqual(["Pushing"]);
    announcer.say("10% sent");
    announcer.say("20% sent");
    vi.advanceTimersByTime(SPACING_MS - 1);
    expect(said).toEqual(["Pushing"]);
    vi.advanceTimersByTime(1);
    expect(said).toEqual(["Pushing", "20% sent"]);
    vi.advanceTimersByTime(SPACING_MS);
    announcer.say("30% sent");
    expect(said).toEqual(["Pushing", "20% sent", "30% sent"]);
  });

  it("forgets what was not said", () => {
    const said: string[] = [];
    const announcer = new Announcer(() => said.push(announcer.text));
    announcer.say("Pushing");
    announcer.say("10% sent");
    announcer.clear();
    vi.advanceTimersByTime(2 * SPACING_MS);
    expect(said).toEqual(["Pushing", ""]);
  });
});
