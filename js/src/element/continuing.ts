/**
 * A push that the person wants to continue, from the click to the files in the list: by the folder's handle when the browser lets us
 * read it again, else by choosing the same folder once more.
 *
 * Invariant: a folder that is another one is never taken for the push; the person is told, and decides.
 *
 * It changes no stage: the model does.
 */
import { matchFolder } from "./folder-match.js";
import type { Listing } from "./listing.js";
import type { FileTree } from "./tree.js";
import type { UnfinishedPush } from "./unfinished.js";

/** The parts of a handle that browsers have and the types do not. */
interface Askable {
  queryPermission?(options: { mode: "read" }): Promise<PermissionState>;
  requestPermission?(options: { mode: "read" }): Promise<PermissionState>;
}

/** Asks whether a folder may be read again. Must be called in the click: browsers ask the person. Never rejects. */
export async function mayRead(handle: FileSystemDirectoryHandle): Promise<boolean> {
  const askable = handle as FileSystemDirectoryHandle & Askable;
  try {
    const known = (await askable.queryPermission?.({ mode: "read" })) ?? "granted";
    if (known !== "prompt") return known === "granted";
    return (await askable.requestPermission?.({ mode: "read" })) === "granted";
  } catch {
    return false;
  }
}

/** Finds the files of a push in what was listed, also when the folder around it was chosen; says whether they are there. */
export async function recognise(listing: Listing, push: UnfinishedPush): Promise<boolean> {
  const match = matchFolder(listing.selection.tree, push.landmarks);
  if (match.is === "other") return false;
  if (match.is === "below") await listing.rebase(match.path);
  return true;
}

/** The push that was made of this folder, if there is such a push. */
export function recall(tree: FileTree, pushes: readonly UnfinishedPush[]): UnfinishedPush | undefined {
  return pushes.find(({ landmarks }) => matchFolder(tree, landmarks).is === "same");
}
