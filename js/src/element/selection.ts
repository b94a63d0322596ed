/**
 * The files chosen so far, what was left out of them and why.
 *
 * The paths follow one rule that people know from `hf upload repo ./folder`: the contents of the first folder go to the
 * root; whatever is added to it later, and everything of a mixed drop, keeps its own name.
 *
 * It does not read files, and it knows no DOM: it takes what the package's `collectFiles` finds.
 */
import { FileTree, type TreeNode } from "./tree.js";

/** A file or folder that was left out. */
export interface LeftOut {
  readonly path: string;
  /** The rule that left it out, or what reading it answered. */
  readonly reason: string;
}

/** Left-out paths that share a reason. */
export interface LeftOutGroup {
  readonly reason: string;
  /** How many there are; `paths` may hold fewer. */
  readonly total: number;
  readonly paths: readonly string[];
}

/** What is dropped or chosen at once. */
export interface Batch {
  /** The only folder in it, when it is one. */
  readonly folder: string | undefined;
}

/** How many paths of one reason are kept to be listed. */
const LISTED = 50;
/** A first look at the tree opens every folder up to this many lines. */
const FIRST_LOOK = 200;

/** The chosen files. */
export class Selection {
  readonly tree = new FileTree();
  /** The folder whose contents lie at the root. */
  folder: string | undefined;
  /** Files that took the place of another one of the same path. */
  replaced = 0;
  /** Paths that were a file and a folder. */
  readonly displaced: string[] = [];
  /** What was taken out last and can be put back. */
  removed: TreeNode | undefined;
  readonly #skipped = new Map<string, { total: number; paths: string[] }>();
  readonly #unreadable: LeftOut[] = [];

  /** Whether there is anything to look at. */
  get isEmpty(): boolean {
    return this.tree.files === 0;
  }

  /** What rules left out. */
  get skipped(): LeftOutGroup[] {
    return [...this.#skipped].map(([reason, { total, paths }]) => ({ reason, total, paths }));
  }

  /** What could not be read. */
  get unreadable(): readonly LeftOut[] {
    return this.#unreadable;
  }

  /**
   * Begins to take in a batch.
   *
   * Shape: the result is put in front of every path of the batch, whose paths are relative to its only folder.
   */
  begin(batch: Batch): string {
    const fresh = this.isEmpty;
    if (fresh) this.folder = batch.folder;
    this.removed = undefined;
    // The same folder once more means "read it again", not "put it inside itself".
    if (batch.folder === undefined || fresh || batch.folder === this.folder) return "";
    return `${batch.folder}/`;
  }

  /** Takes in a file. */
  add(path: string, size: number, content: Blob): void {
    const outcome = this.tree.add(path, size, content);
    if (outcome === "replaced") this.replaced += 1;
    if (outcome === "displaced") this.displaced.push(path);
  }

  /** Notes what a rule left out. */
  skip(path: string, reason: string): void {
    const group = this.#skipped.get(reason) ?? { total: 0, paths: [] };
    group.total += 1;
    if (group.paths.length < LISTED) group.paths.push(path);
    this.#skipped.set(reason, group);
  }

  /** Notes what could not be read. */
  fail(path: string, reason: string): void {
    this.#unreadable.push({ path, reason });
  }

  /** Ends a batch. */
  finish(): void {
    this.tree.openForFirstLook(FIRST_LOOK);
  }

  /** Takes a file or folder out. */
  remove(node: TreeNode): void {
    this.tree.remove(node);
    this.removed = node;
  }

  /** Puts back what was taken out last. */
  undo(): void {
    if (this.removed !== undefined) this.tree.restore(this.removed);
    this.removed = undefined;
  }
}
