/**
 * The files that were chosen, as the person works on them: listing them, applying other rules, taking out and putting back, and what is
 * likely wrong with them.
 *
 * Invariant: while other rules are being applied nothing is taken out, because their tree takes the place of the one that is shown.
 *
 * It knows neither stages nor pushes: the model does.
 */
import type { Announcer } from "./announcer.js";
import type { Batch } from "./batch.js";
import { Check } from "./check.js";
import { recognise } from "./continuing.js";
import type { Form } from "./destination.js";
import { failureOf, isAbort } from "./failure.js";
import { bytes, counted, quoted } from "./format.js";
import { Listing, patternsOf, type Source } from "./listing.js";
import type { Package } from "./package.js";
import { Selection } from "./selection.js";
import type { TreeNode } from "./tree.js";
import type { UnfinishedPush } from "./unfinished.js";

/** Milliseconds of typing that are waited out before patterns are applied. */
const TYPING_MS = 500;
/** How often the files of a finding are taken out; each time it lists some of them. */
const MOST_ROUNDS = 200;

/** The chosen files. */
export class Chosen {
  /** What is likely wrong with them. */
  readonly check: Check;
  /** What went wrong with a drop, for the person. */
  notice: string | undefined;
  readonly #hub: Package;
  readonly #form: Readonly<Form>;
  readonly #announcer: Announcer;
  readonly #changed: () => void;
  #listing: Listing;
  #applied: Promise<void> = Promise.resolve();
  #resting: ReturnType<typeof setTimeout> | undefined;
  #scan: AbortController | undefined;

  constructor(hub: Package, form: Readonly<Form>, announcer: Announcer, changed: () => void) {
    this.#hub = hub;
    this.#form = form;
    this.#announcer = announcer;
    this.#changed = changed;
    this.check = new Check(hub.checkFolder, changed);
    this.#listing = this.#newListing();
  }

  /** What there is. */
  get selection(): Selection {
    return this.#listing.selection;
  }

  /** Whether other rules are being applied. */
  get applying(): boolean {
    return this.#listing.applying;
  }

  /**
   * Takes in what was dropped or chosen, instead of what there was when `fresh`. Must be called in the very event.
   *
   * Shape: nothing when it cannot be taken; else what lists it, which never rejects and says whether the folder of the push that
   * is wanted is there.
   */
  take(
    source: Source,
    batch: Batch,
    fresh: boolean,
  ): ((wanted: UnfinishedPush | undefined) => Promise<boolean>) | undefined {
    const scan = new AbortController();
    const listing = fresh ? this.#newListing() : this.#listing;
    let list: () => Promise<void>;
    try {
      list = listing.take(source, batch, scan.signal);
    } catch (error) {
      this.notice = failureOf(error).message;
      this.#changed();
      return undefined;
    }
    this.#listing = listing;
    this.notice = undefined;
    this.#scan = scan;
    return (wanted) => this.#collect(list, wanted);
  }

  /** Stops looking through folders; what was found so far is kept. */
  stopScan(): void {
    this.#scan?.abort();
  }

  /** Forgets everything. */
  clear(): void {
    this.#listing = this.#newListing();
    this.check.clear();
    this.notice = undefined;
  }

  /** Ends timers and work. */
  dispose(): void {
    clearTimeout(this.#resting);
    this.check.clear();
    this.stopScan();
  }

  /** Other rules hold: applies them at once, or when the typing rests. */
  rulesChanged(atOnce: boolean): void {
    clearTimeout(this.#resting);
    this.#resting = setTimeout(
      () => {
        this.#apply();
      },
      atOnce ? 0 : TYPING_MS,
    );
  }

  /** Applies rules that wait for the typing to rest. Settles when all have been applied. */
  applyNow(): Promise<void> {
    if (this.#resting !== undefined) this.#apply();
    return this.#applied;
  }

  /** Files, folders, sizes or the type of the repo have changed: looks at them again. */
  look(): void {
    this.check.later(() => this.selection.tree, this.#form.type);
    this.#changed();
  }

  /** Takes files or folders out. */
  remove(...nodes: TreeNode[]): void {
    const [first] = nodes;
    if (this.applying || first === undefined) return;
    this.selection.remove(nodes);
    this.#announcer.say(`Removed ${nodes.length === 1 ? quoted(first.name) : counted(nodes.length, "file")}`);
    this.look();
  }

  /** Takes files out by their paths. */
  forget(paths: readonly string[]): void {
    this.selection.removePaths(paths);
    this.look();
  }

  /** Takes out every file that a finding is about, also those that it does not list. Settles when they are gone. */
  async solve(code: string): Promise<void> {
    const nodes: TreeNode[] = [];
    await this.check.now();
    for (let round = 0; round < MOST_ROUNDS && !this.applying; round += 1) {
      const finding = this.check.findings.find((each) => each.code === code);
      const found = (finding?.paths ?? []).flatMap((path) => this.selection.tree.find(path) ?? []);
      if (found.length === 0) break;
      this.selection.remove(found);
      nodes.push(...found);
      this.look();
      await this.check.now();
    }
    if (nodes.length === 0) return;
    this.selection.removed = nodes;
    this.#announcer.say(`Removed ${counted(nodes.length, "file")}`);
    this.#changed();
  }

  /** Puts back what was taken out last. */
  undoRemove(): void {
    if (this.applying) return;
    this.selection.undo();
    if (this.#hasPatterns) this.#apply();
    else this.look();
  }

  /** Opens or closes a folder of the tree. */
  toggle(node: TreeNode, open?: boolean): void {
    if (node.kind !== "folder") return;
    this.selection.tree.setOpen(node, open ?? !node.open);
    this.#changed();
  }

  async #collect(list: () => Promise<void>, wanted: UnfinishedPush | undefined): Promise<boolean> {
    let found = false;
    try {
      // Rules that are just being applied would put their tree in the place of the new files.
      await this.#applied;
      await list();
      if (wanted !== undefined) found = await recognise(this.#listing, wanted);
      if (this.#hasPatterns || !this.#form.gitignore) await this.#listing.apply(this.#form);
      if (wanted !== undefined && found) {
        this.selection.removePaths(wanted.without);
        this.selection.removed = [];
      }
    } catch (error) {
      if (!isAbort(error)) this.notice = failureOf(error).message;
    }
    this.#scan = undefined;
    if (this.selection.isBlank) this.notice ??= "There was no file in what you chose: empty folders cannot be pushed.";
    return found;
  }

  #apply(): void {
    clearTimeout(this.#resting);
    this.#resting = undefined;
    const apply = async (): Promise<void> => {
      try {
        await this.#listing.apply(this.#form);
      } catch (error) {
        this.notice = failureOf(error).message;
      }
      const { tree } = this.selection;
      this.#announcer.say(`${counted(tree.files, "file")}, ${bytes(tree.bytes)}`);
      this.look();
    };
    this.#applied = apply();
  }

  get #hasPatterns(): boolean {
    return patternsOf(this.#form.onlyThese + "\n" + this.#form.leaveOut).length > 0;
  }

  #newListing(): Listing {
    return new Listing(this.#hub, new Selection(), this.#changed);
  }
}
