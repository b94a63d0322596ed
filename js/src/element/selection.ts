/**
 * The files chosen so far, what was left out of them and why.
 *
 * The paths follow one rule that people know from `hf upload repo ./folder`: the contents of the first folder go to the
 * root; whatever is added to it later, and everything of a mixed drop, keeps its own name.
 *
 * It does not read files, and it knows no DOM: `listing.ts` fills it with what the package finds.
 */
import type { Batch } from "./batch.js";
import { Breath } from "./breath.js";
import { LeftOut, type SkipKind } from "./left-out.js";
import { FileTree, type TreeNode } from "./tree.js";

/** A file that could not be read. */
export interface Unreadable {
  readonly path: string;
  /** What reading it answered. */
  readonly reason: string;
}

/** A first look at the tree opens every folder up to this many lines. */
const FIRST_LOOK = 200;

/** The chosen files. */
export class Selection {
  /** What will be pushed. */
  tree = new FileTree();
  readonly leftOut = new LeftOut();
  /** Files that the person's patterns leave out: they come back when the patterns change. */
  byPatterns: ReadonlyMap<string, Blob> = new Map();
  /** Files that ignore files name, once somebody asked for them. */
  readonly ignored = new Map<string, Blob>();
  /** The folder whose contents lie at the root. */
  folder: string | undefined;
  /** By which that folder can be read again, as long as nothing else was added. */
  handle: Batch["handle"];
  /** Files that took the place of another one of the same path. */
  replaced = 0;
  /** Paths that were a file and a folder. */
  readonly displaced: string[] = [];
  readonly unreadable: Unreadable[] = [];
  /** What else is worth knowing of the listing. */
  readonly remarks: string[] = [];
  /** What was taken out last and can be put back. */
  removed: readonly TreeNode[] = [];
  #ignoredPaths = new Set<string>();
  readonly #takenOut = new Set<string>();

  /** Whether there is nothing to push. */
  get isEmpty(): boolean {
    return this.tree.files === 0;
  }

  /** Whether nothing was found at all, not even something to leave out. */
  get isBlank(): boolean {
    return this.isEmpty && this.leftOut.groups.length + this.unreadable.length + this.byPatterns.size === 0;
  }

  /**
   * Begins to take in a batch.
   *
   * Shape: the result is put in front of every path of the batch, whose paths are relative to its only folder.
   */
  begin(batch: Batch): string {
    const fresh = this.isEmpty;
    const again = !fresh && batch.folder !== undefined && batch.folder === this.folder;
    if (fresh) this.folder = batch.folder;
    this.handle = fresh || again ? batch.handle : undefined;
    this.removed = [];
    // The same folder once more means "read it again", not "put it inside itself".
    if (batch.folder === undefined || fresh || again) return "";
    return `${batch.folder}/`;
  }

  /** Takes in a file. */
  add(path: string, size: number, content: Blob): void {
    const outcome = this.tree.add(path, size, content);
    if (outcome === "replaced") this.replaced += 1;
    if (outcome === "displaced") this.displaced.push(path);
  }

  /** Notes what a rule left out. */
  skip(path: string, by: SkipKind, rule: string): void {
    if (by === "gitignore") this.#ignoredPaths.add(bare(path));
    this.leftOut.add(path, by, rule);
  }

  /** Whether ignore files left out this path, or a folder that it is in. */
  isIgnored(path: string): boolean {
    for (let at = path; at !== ""; at = at.slice(0, Math.max(0, at.lastIndexOf("/")))) {
      if (this.#ignoredPaths.has(at)) return true;
    }
    return false;
  }

  /** Notes what could not be read. */
  fail(path: string, reason: string): void {
    this.unreadable.push({ path, reason });
  }

  /** Ends a batch. */
  finish(): void {
    this.tree.openForFirstLook(FIRST_LOOK);
  }

  /** Other rules hold: another tree, with the same folders open. */
  replace(tree: FileTree, byPatterns: ReadonlyMap<string, Blob>): void {
    tree.openAsIn(this.tree);
    this.tree = tree;
    this.byPatterns = byPatterns;
  }

  /** Takes files or folders out. */
  remove(nodes: readonly TreeNode[]): void {
    for (const node of nodes) {
      this.tree.remove(node);
      this.#takenOut.add(node.path);
    }
    this.removed = nodes;
  }

  /** Takes files or folders out by their paths. */
  removePaths(paths: readonly string[]): void {
    this.remove(paths.flatMap((path) => this.tree.find(path) ?? []));
  }

  /** Puts back what was taken out last. */
  undo(): void {
    for (const node of this.removed) {
      this.tree.restore(node);
      this.#takenOut.delete(node.path);
    }
    this.removed = [];
  }

  /** The files and folders that were taken out and did not come back. */
  get takenOut(): string[] {
    return Array.from(this.#takenOut).filter((path) => this.tree.find(path) === undefined);
  }

  /** Keeps what lies in a folder of the tree, as if that had been chosen; yields, so that the page can draw. */
  async rebase(folder: string): Promise<void> {
    const prefix = `${folder}/`;
    const tree = new FileTree();
    const breath = new Breath();
    for (const { path, size, content } of this.tree.all()) {
      if (path.startsWith(prefix)) tree.add(path.slice(prefix.length), size, content);
      if (breath.due) await breath.take();
    }
    const ignored = Array.from(this.#ignoredPaths).filter((path) => path.startsWith(prefix));
    this.#ignoredPaths = new Set(ignored.map((path) => path.slice(prefix.length)));
    this.tree = tree;
    this.folder = folder;
    const outer = this.handle;
    this.handle = outer?.then((handle) => handle?.getDirectoryHandle(folder)).catch(() => undefined);
    this.finish();
  }
}

function bare(path: string): string {
  return path.endsWith("/") ? path.slice(0, -1) : path;
}
