// What an upload says of what it leaves out.
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../src/entry/node.js";
import type { Skip } from "../../src/entry/node.js";
import { LeftOut } from "../../src/upload/left-out.js";

const warningsOf = (skips: [string, string, Skip["by"]][]): unknown[] => {
  const leftOut = new LeftOut();
  for (const [path, reason, by] of skips) leftOut.add(path, reason, { by, rule: "a rule" });
  return [...leftOut.warnings()];
};

describe("what is left out", () => {
  it("on purpose is not worth a warning", () => {
    const skips: [string, string, Skip["by"]][] = [
      [".git", "git's own", "default"],
      ["a.tmp", "your pattern", "patterns"],
      ["empty", "empty folder", "empty"],
    ];
    expect(warningsOf(skips)).toEqual([]);
  });

  it("and nobody asked for is told, one warning a rule", () => {
    const skips: [string, string, Skip["by"]][] = [
      ["a/.DS_Store", "litter", "system"],
      ["link", "link to a folder", "kind"],
      ["b/.DS_Store", "litter", "system"],
    ];
    expect(warningsOf(skips)).toEqual([
      { event: "warning", code: "left_out", message: "Left out: litter", paths: ["a/.DS_Store", "b/.DS_Store"] },
      { event: "warning", code: "left_out", message: "Left out: link to a folder", paths: ["link"] },
    ]);
  });

  it("by ignore files is counted, and few of it kept", () => {
    const skips = Array.from({ length: 100_000 }, (_, at): [string, string, Skip["by"]] => [
      `${at}.log`,
      `line ${at % 10}`,
      "gitignore",
    ]);
    const warnings = warningsOf(skips);
    expect(warnings).toMatchObject([{ code: "gitignored", message: expect.stringMatching(/^100000 /) as string }]);
    expect((warnings[0] as { paths: string[] }).paths.length).toBe(50);
  });

  it("by a rule that many paths meet is counted, too", () => {
    const warnings = warningsOf(Array.from({ length: 60 }, (_, at) => [`${at}/.DS_Store`, "litter", "system"]));
    expect(warnings).toMatchObject([{ message: "Left out: litter (60 in all)" }]);
  });

  it("because an ignore file has no effect is told with its path", () => {
    const leftOut = new LeftOut();
    leftOut.refuse(new InvalidInputError("no text", { path: "a/.gitignore" }));
    expect([...leftOut.warnings()]).toEqual([
      { event: "warning", code: "gitignore_unreadable", message: "no text", paths: ["a/.gitignore"] },
    ]);
  });
});
