import { describe, expect, it } from "vitest";
import { FileStates } from "../../src/element/file-states.js";

const files = (n: number): FileStates =>
  new FileStates(Array.from({ length: n }, (_, at) => ({ path: `f${at}`, size: at })));
const order = (states: FileStates): string[] =>
  Array.from({ length: states.length }, (_, place) => states.row(place)?.path ?? "none");

describe("the rows of a push", () => {
  it("begin as they were chosen, waiting", () => {
    const states = files(3);
    expect(order(states)).toEqual(["f0", "f1", "f2"]);
    expect(states.row(1)).toEqual({ path: "f1", size: 1, state: "waiting", progress: 0, note: undefined });
    expect(states.row(3)).toBeUndefined();
  });

  it("show failed files first, then those at work, then those that wait, then those that are done", () => {
    const states = files(7);
    states.set("f0", "uploaded", 1);
    states.set("f2", "reading", 0.25);
    states.set("f4", "failed");
    states.set("f5", "sending", 0.5);
    states.set("f6", "retrying", 0, "The connection was reset");
    expect(order(states)).toEqual(["f4", "f2", "f5", "f6", "f1", "f3", "f0"]);
    expect(states.row(1)?.progress).toBe(0.25);
    expect(states.row(3)?.note).toBe("The connection was reset");
    states.set("f6", "sending", 0.75);
    expect(states.row(3)?.note).toBeUndefined();
  });

  it("do not mind paths that are not theirs", () => {
    const states = files(1);
    states.set("elsewhere", "failed");
    expect(states.pathsOf("failed")).toEqual([]);
  });

  it("name the files in a state", () => {
    const states = files(4);
    states.set("f1", "failed");
    states.set("f3", "failed");
    expect(states.pathsOf("failed")).toEqual(["f1", "f3"]);
  });
});
