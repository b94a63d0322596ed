import { describe, expect, it } from "vitest";
import { FileTree, type FolderNode } from "../../src/element/tree.js";

const content = new Blob();

function treeOf(...paths: string[]): FileTree {
  const tree = new FileTree();
  for (const [index, path] of paths.entries()) tree.add(path, index + 1, content);
  return tree;
}

function folder(tree: FileTree, path: string): FolderNode {
  const node = tree.find(path);
  if (node?.kind !== "folder") throw new Error(`${path} is no folder`);
  return node;
}

const paths = (tree: FileTree): string[] => [...tree.all()].map((file) => file.path);

describe("the tree of chosen files", () => {
  it("sums up what lies below a folder", () => {
    const tree = treeOf("a/b/one", "a/b/two", "a/three", "four");
    expect([tree.files, tree.bytes]).toEqual([4, 10]);
    expect([folder(tree, "a").files, folder(tree, "a").bytes]).toEqual([3, 6]);
    expect([folder(tree, "a/b").files, folder(tree, "a/b").bytes]).toEqual([2, 3]);
  });

  it("lists folders first, then names in the order of their code units", () => {
    expect(paths(treeOf("b", "a", "Z", "z/1", "é", "y/1"))).toEqual(["y/1", "z/1", "Z", "a", "b", "é"]);
  });

  it("replaces a file of the same path", () => {
    const tree = treeOf("a/b");
    expect(tree.add("a/b", 10, content)).toBe("replaced");
    expect([tree.files, tree.bytes]).toEqual([1, 10]);
  });

  it("lets a folder displace a file, and a file a folder", () => {
    const tree = treeOf("a");
    expect(tree.add("a/b", 5, content)).toBe("displaced");
    expect(paths(tree)).toEqual(["a/b"]);
    expect(tree.add("a", 7, content)).toBe("displaced");
    expect(paths(tree)).toEqual(["a"]);
    expect([tree.files, tree.bytes]).toEqual([1, 7]);
  });

  it("keeps the only folder around a file that is displaced", () => {
    const tree = treeOf("f/a");
    expect(tree.add("f/a/b", 5, content)).toBe("displaced");
    expect(paths(tree)).toEqual(["f/a/b"]);
    expect([folder(tree, "f").files, tree.bytes]).toEqual([1, 5]);
  });

  it("takes out a folder, and the folders left empty by it, and puts it back as it was", () => {
    const tree = treeOf("a/b/one", "a/b/two", "c");
    const node = folder(tree, "a/b");
    node.open = true;
    tree.remove(node);
    expect(paths(tree)).toEqual(["c"]);
    expect(tree.find("a")).toBeUndefined();
    expect([tree.files, tree.bytes]).toEqual([1, 3]);
    tree.restore(node);
    expect(paths(tree)).toEqual(["a/b/one", "a/b/two", "c"]);
    expect([tree.files, tree.bytes]).toEqual([3, 6]);
    expect(folder(tree, "a/b").open).toBe(true);
  });

  it("does nothing for a node that is gone already", () => {
    const tree = treeOf("a/b");
    const node = tree.find("a/b");
    if (node === undefined) throw new Error("not found");
    tree.remove(node);
    tree.remove(node);
    expect([tree.files, tree.bytes]).toEqual([0, 0]);
  });

  it("tells every row its level and its place among its siblings", () => {
    const tree = treeOf("a/b/one", "a/two", "c");
    tree.setOpen(folder(tree, "a"), true);
    const rows = tree.rows().map((row) => [row.node.path, row.level, row.position, row.siblings]);
    expect(rows).toEqual([
      ["a", 1, 1, 2],
      ["a/b", 2, 1, 2],
      ["a/two", 2, 2, 2],
      ["c", 1, 2, 2],
    ]);
  });

  it("opens everything at first when that is little, else only the way to the first choice", () => {
    const little = treeOf("a/b/one", "c");
    little.openForFirstLook(10);
    expect(little.rows()).toHaveLength(4);
    const much = treeOf(
      ...Array.from({ length: 20 }, (_, index) => `top/mid/${index % 2 === 0 ? "even" : "odd"}/${index}`),
    );
    much.openForFirstLook(10);
    expect(much.rows().map((row) => row.node.path)).toEqual(["top", "top/mid", "top/mid/even", "top/mid/odd"]);
  });

  it("does not end the call stack on a deep tree", () => {
    const tree = treeOf(`${"d/".repeat(20_000)}file`);
    expect(paths(tree)).toHaveLength(1);
  });

  it("puts a folder back as it was, also into another tree, and beside what came in between", () => {
    const tree = treeOf("a/b/one", "a/b/two", "c");
    const taken = folder(tree, "a/b");
    tree.setOpen(taken, true);
    tree.remove(taken);
    expect(paths(tree)).toEqual(["c"]);
    tree.restore(taken);
    expect([folder(tree, "a/b"), tree.files, folder(tree, "a").bytes]).toEqual([taken, 3, 3]);
    tree.remove(taken);
    tree.add("a/b/two", 7, content);
    tree.restore(taken);
    expect([paths(tree), tree.bytes]).toEqual([["a/b/one", "a/b/two", "c"], 6]);
    const other = treeOf("c");
    other.restore(folder(tree, "a"));
    expect([paths(other), other.bytes]).toEqual([["a/b/one", "a/b/two", "c"], 4]);
  });

  it("keeps the same folders open when other files take its place", () => {
    const tree = treeOf("a/b/one", "d/two");
    tree.setOpen(folder(tree, "a/b"), true);
    tree.setOpen(folder(tree, "d"), true);
    const next = treeOf("a/b/three", "e/four");
    next.openAsIn(tree);
    expect([folder(next, "a/b").open, folder(next, "a").open, folder(next, "e").open]).toEqual([true, false, false]);
  });

  it("lists its lines once for as long as nothing changes", () => {
    const tree = treeOf("a/one", "b");
    const rows = tree.rows();
    expect(tree.rows()).toBe(rows);
    tree.setOpen(folder(tree, "a"), true);
    expect(tree.rows()).toHaveLength(3);
    tree.add("a/two", 1, content);
    expect(tree.rows()).toHaveLength(4);
  });
});
