import { describe, expect, it } from "vitest";
import { landmarksOf, matchFolder } from "../../src/element/folder-match.js";
import { FileTree } from "../../src/element/tree.js";

const SIZES = Array.from({ length: 1000 }, (_, at): [string, number] => [`part-${at % 10}/f${at}`, at]);
const treeOf = (files: Iterable<readonly [string, number]>): FileTree => {
  const tree = new FileTree();
  for (const [path, size] of files) tree.add(path, size, new Blob());
  return tree;
};
const at = (place: number): [string, number] => SIZES[place] ?? ["", 0];

describe("landmarks", () => {
  it("are few, spread, and have the first and the last file among them", () => {
    const landmarks = landmarksOf(SIZES.length, at);
    expect(landmarks.length).toBe(64);
    expect([landmarks[0], landmarks.at(-1)]).toEqual([SIZES[0], SIZES.at(-1)]);
    expect(new Set(landmarks.map(([path]) => path)).size).toBe(64);
  });

  it("are all files of a small folder", () => {
    expect(landmarksOf(3, at)).toEqual(SIZES.slice(0, 3));
    expect(landmarksOf(1, at)).toEqual(SIZES.slice(0, 1));
    expect(landmarksOf(0, at)).toEqual([]);
  });
});

describe("a folder", () => {
  const landmarks = landmarksOf(SIZES.length, at);

  it.each<[name: string, files: [string, number][], match: object]>([
    ["is the same", SIZES, { is: "same" }],
    ["is the same with a third of it gone", SIZES.filter((_, place) => place % 3 > 0), { is: "same" }],
    ["is another one with other sizes", SIZES.map(([path, size]) => [path, size + 1]), { is: "other" }],
    ["is another one with other names", SIZES.map(([path, size]) => [`${path}.bak`, size]), { is: "other" }],
    ["lies in the chosen one", SIZES.map(([path, size]) => [`data/${path}`, size]), { is: "below", path: "data" }],
    ["is not looked for deeper", SIZES.map(([path, size]) => [`a/b/${path}`, size]), { is: "other" }],
    ["is not an empty one", [], { is: "other" }],
  ])("%s", (_, files, match) => {
    expect(matchFolder(treeOf(files), landmarks)).toEqual(match);
  });

  it("without landmarks is never known again", () => {
    expect(matchFolder(treeOf(SIZES), [])).toEqual({ is: "other" });
  });
});
