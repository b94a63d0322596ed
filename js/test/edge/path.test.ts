// From the address of a request to a path in the repo.
import { describe, expect, it } from "vitest";
import { pathInRepo, requestedPath } from "../../src/edge/path.js";
import "../../src/entry/node.js";

const at = (path: string, base = "/"): string => requestedPath(`https://files.example.org${path}`, base);

/** The code of what is thrown. */
async function codeOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "taken";
}

describe("the path of an address", () => {
  it.each([
    ["/a.txt", "/", "a.txt"],
    ["/files/a/b.bin?x=/../y", "/files/", "a/b.bin"],
    ["/files/a/b.bin#../y", "/files", "a/b.bin"],
    ["/a%20b/%C3%BC.csv", "/", "a b/ü.csv"],
    ["/...", "/", "..."],
    ["/a/..b", "/", "a/..b"],
    ["/100%25", "/", "100%"],
  ])("%s below %s is %s", (path, base, expected) => {
    expect(at(path, base)).toBe(expected);
  });

  it.each([
    ["/../etc/passwd", "invalid_path"],
    ["/a/../b", "invalid_path"],
    ["/a/%2e%2e/b", "invalid_path"],
    ["/a/.%2E/b", "invalid_path"],
    ["/a/./b", "invalid_path"],
    ["/a/..", "invalid_path"],
    ["/a%2fb", "invalid_path"],
    ["/..%2f..%2fb", "invalid_path"],
    ["/a%5cb", "invalid_path"],
    ["/a\\..\\b", "invalid_path"],
    ["/%252e%252e/b", "invalid_path"],
    ["/a%252fb", "invalid_path"],
    ["/%ff", "invalid_path"],
    ["/%", "invalid_path"],
  ])("%s is refused as %s", async (path, code) => {
    expect(await codeOf(() => at(path))).toBe(code);
  });

  it("is found below its base only", async () => {
    expect(await codeOf(() => at("/other/a", "/files/"))).toBe("not_found");
    expect(await codeOf(() => at("/files-not/a", "/files"))).toBe("not_found");
    expect(await codeOf(() => at("/files", "/files/"))).toBe("not_found");
  });
});

describe("the path in the repo", () => {
  it("lies in the folder that was given", async () => {
    expect(await pathInRepo("a.txt", { pathInRepo: "/in/box/" })).toBe("in/box/a.txt");
    expect(await pathInRepo("a.txt", {})).toBe("a.txt");
  });

  it.each([
    "",
    "folder/",
    "a//b",
    ".git/config",
    "a/.git/hooks/x",
    ".cache/x",
    "a\nb",
    "a\0b",
    "a\u007fb",
    "/a/b/../c",
  ])("%j cannot stand in a repo", async (path) => {
    expect(await codeOf(() => pathInRepo(path, {}))).toBe("invalid_path");
  });

  it("is one of those that are allowed", async () => {
    const rules = { pathInRepo: "in", allowPatterns: "in/*.png", ignorePatterns: ["*secret*"] };
    expect(await codeOf(() => pathInRepo("a.png", rules))).toBe("taken");
    expect(await codeOf(() => pathInRepo("a.exe", rules))).toBe("path_not_allowed");
    expect(await codeOf(() => pathInRepo("my-secret.png", rules))).toBe("path_not_allowed");
  });
});
