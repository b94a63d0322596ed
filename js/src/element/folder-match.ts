/**
 * Whether a folder that was chosen again is the one that a push was made of.
 *
 * A few files, spread over the folder, stand for all of it: their paths and sizes. Most of them must be there; some may have gone or
 * changed meanwhile, which the push then finds. People also choose the folder around it.
 */
import type { FileTree } from "./tree.js";

/** A path below the folder, and a size in bytes. */
export type Landmark = readonly [path: string, size: number];

/** What a chosen folder is. */
export type Match =
  | { readonly is: "same" }
  /** The folder lies in the chosen one, at this path. */
  | { readonly is: "below"; readonly path: string }
  | { readonly is: "other" };

/** Files that stand for a folder. */
const LANDMARKS = 64;
/** Folders that are looked into. */
const MOST_FOLDERS = 500;

/** Files that stand for a folder of `total` files: evenly spread, the first and the last among them. */
export function landmarksOf(total: number, fileAt: (at: number) => Landmark): Landmark[] {
  const count = Math.min(total, LANDMARKS);
  const step = count < 2 ? 0 : (total - 1) / (count - 1);
  return Array.from({ length: count }, (_, place) => fileAt(Math.round(place * step)));
}

/** Compares what was chosen with the landmarks. */
export function matchFolder(tree: FileTree, landmarks: readonly Landmark[]): Match {
  if (holds(tree, "", landmarks)) return { is: "same" };
  let looked = 0;
  for (const child of tree.root.children.values()) {
    if (child.kind !== "folder") continue;
    if (holds(tree, child.path, landmarks)) return { is: "below", path: child.path };
    looked += 1;
    if (looked >= MOST_FOLDERS) break;
  }
  return { is: "other" };
}

function holds(tree: FileTree, folder: string, landmarks: readonly Landmark[]): boolean {
  const there = landmarks.filter(([path, size]) => {
    const node = tree.find(folder === "" ? path : `${folder}/${path}`);
    return node?.kind === "file" && node.size === size;
  });
  return there.length * 2 > landmarks.length;
}
