import { describe, expect, it } from "vitest";
import {
  bytes,
  bytesOf,
  counted,
  elapsed,
  percent,
  printable,
  quoted,
  roughly,
  since,
  speed,
  splitPath,
} from "../../src/element/format.js";

describe("numbers as people read them", () => {
  it.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [999, "999 bytes"],
    [1000, "1 kB"],
    [1234, "1.2 kB"],
    [99_950, "100 kB"],
    [999_499, "999 kB"],
    [999_500, "1 MB"],
    [31_500_000, "31.5 MB"],
    [4_294_967_296, "4.3 GB"],
    [12e15, "12,000 TB"],
    [-5, "0 bytes"],
  ])("%d bytes is %s", (n, expected) => {
    expect(bytes(n)).toBe(expected);
  });

  it.each([
    ["nothing", 0, "0%"],
    ["rounds down", 0.419, "41%"],
    ["is not done before it is done", 0.9999, "99%"],
    ["is done", 1, "100%"],
    ["is never below nothing", -0.2, "0%"],
  ])("a share %s", (_, fraction, expected) => {
    expect(percent(fraction)).toBe(expected);
  });

  it.each([
    [3, "a few seconds"],
    [12, "about 20 seconds"],
    [41, "about 50 seconds"],
    [54, "about 1 minute"],
    [60, "about 1 minute"],
    [192, "about 3 minutes"],
    [3600, "about 1 hour"],
    [100_000, "about 28 hours"],
    [200_000, "about 2 days"],
  ])("%d seconds to go is %s", (seconds, expected) => {
    expect(roughly(seconds)).toBe(expected);
  });

  it.each([
    [0.3, "less than a second"],
    [14.2, "14 sec"],
    [192, "3 min 12 sec"],
    [3600, "1 hr"],
    [3661, "1 hr 1 min"],
  ])("%d seconds passed is %s", (seconds, expected) => {
    expect(elapsed(seconds)).toBe(expected);
  });

  it("counts in the right number", () => {
    expect([counted(1, "file"), counted(0, "file"), counted(12_345, "file")]).toEqual([
      "1 file",
      "0 files",
      "12,345 files",
    ]);
    expect(counted(1, "file was", "files were")).toBe("1 file was");
    expect(speed(2_500_000)).toBe("2.5 MB/s");
  });
});

describe("file names as they may be shown", () => {
  it.each([
    ["plain", "README.md", "README.md"],
    ["markup stays text", "<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
    ["a right-to-left override becomes visible", "photo\u202Egpj.exe", "photo⟨U+202E⟩gpj.exe"],
    ["isolates too", "a\u2066b\u2069", "a⟨U+2066⟩b⟨U+2069⟩"],
    ["controls", "a\nb\u0000", "a⟨U+000A⟩b⟨U+0000⟩"],
    ["zero width space", "a\u200Bb", "a⟨U+200B⟩b"],
    ["right-to-left names are left alone", "صورة.jpg", "صورة.jpg"],
    ["emoji with joiners are left alone", "👩‍🚀.png", "👩‍🚀.png"],
    ["combining marks are left alone", "e\u0301", "e\u0301"],
  ])("%s", (_, name, expected) => {
    expect(printable(name)).toBe(expected);
  });

  it("isolates a name inside a sentence", () => {
    expect(quoted("a\u202Eb")).toBe("\u2068a⟨U+202E⟩b\u2069");
  });

  it.each([
    ["a/b/c.bin", ["a/b/", "c.bin"]],
    ["c.bin", ["", "c.bin"]],
    ["a/", ["", "a/"]],
  ])("the end of %s stands apart", (path, expected) => {
    expect(splitPath(path)).toEqual(expected);
  });
});

describe("how a push stands", () => {
  it.each([
    [12.3e9, 20e9, "12.3 of 20 GB"],
    [900e6, 20e9, "900 MB of 20 GB"],
    [0, 20e9, "0 bytes of 20 GB"],
    [1, 1, "1 of 1 byte"],
    [5, 900, "5 of 900 bytes"],
  ])("%d of %d bytes is %s", (part, whole, expected) => {
    expect(bytesOf(part, whole)).toBe(expected);
  });

  it.each([
    [0, "just now"],
    [44_000, "just now"],
    [50_000, "1 minute ago"],
    [5 * 60_000, "5 minutes ago"],
    [58 * 60_000, "1 hour ago"],
    [3 * 3_600_000, "3 hours ago"],
    [24 * 3_600_000, "yesterday"],
    [72 * 3_600_000, "3 days ago"],
    [-1000, "just now"],
  ])("%d ms is %s", (milliseconds, expected) => {
    expect(since(milliseconds)).toBe(expected);
  });
});
