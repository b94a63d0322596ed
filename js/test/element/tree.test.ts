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
    folder(tree, "a").open = true;
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
});
