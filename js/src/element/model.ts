/**
 * What the uploader knows and does, without a DOM: one push at a time, from the choice of files to the commit.
 *
 * ```text
 * empty ─ take ─▶ scanning ─▶ review ─ push ─▶ uploading ─▶ done · unchanged · failed · cancelled
 *                    │ stop ▲                                        │
 *                    ▼      └── take (more) ── review ◀── back ──────┘
 *              empty or review
 * ```
 *
 * Invariants: the chosen files survive a failure and a cancellation; nothing is asked of the Hub before there is a token;
 * an event to the outside never carries the token. Whoever owns the model renders it again when `changed` is called.
 */
import { Account } from "./account.js";
import { Announcer } from "./announcer.js";
import { Check } from "./check.js";
import { cleanPathInRepo, emptyForm, problemsOf, readRepo, repoId, type Form, type Problems } from "./destination.js";
import { failureOf, isAbort, type Failure } from "./failure.js";
import { bytes, counted, quoted } from "./format.js";
import { Inquiry } from "./inquiry.js";
import { Listing, patternsOf, type Source } from "./listing.js";
import { Narrator, reviewNews } from "./narrator.js";
import type { CommitOutput, Package } from "./package.js";

import { Presence } from "./presence.js";
import { runPush } from "./push-run.js";
import { Selection, type Batch } from "./selection.js";
import { Transfer } from "./transfer.js";
import type { TreeNode } from "./tree.js";

/** Where the uploader is. */
export type Stage =
  | { readonly is: "empty" }
  | { readonly is: "scanning" }
  | { readonly is: "review" }
  | { readonly is: "uploading"; readonly transfer: Transfer }
  | { readonly is: "done"; readonly output: CommitOutput; readonly created: boolean; readonly seconds: number }
  | { readonly is: "unchanged"; readonly output: CommitOutput }
  | { readonly is: "failed"; readonly failure: Failure; readonly transfer: Transfer }
  | { readonly is: "cancelled"; readonly duringCommit: boolean };

/** The name of a stage. */
export type StageName = Stage["is"];

/** What the owner of a model hears. */
export interface ModelListener {
  /** Something that is shown has changed. */
  changed(): void;
  /** Another stage began. */
  entered(stage: StageName): void;
  /** A push moved on, a few times a second. */
  progressed(transfer: Transfer): void;
  /** A push ended, with a commit or without need for one. */
  committed(output: CommitOutput): void;
  /** A push failed. */
  failed(error: unknown): void;
}

/** Milliseconds between two looks at the job's numbers. */
const TICK_MS = 250;
/** Milliseconds of typing that are waited out before patterns are applied. */
const TYPING_MS = 500;
/** How often the files of a finding are taken out; each time it lists some of them. */
const MOST_ROUNDS = 200;

/** The uploader without its looks. */
export class DropModel {
  stage: Stage = { is: "empty" };
  readonly form: Form = emptyForm();
  /** Shown after the first try to push. */
  problems: Problems = {};
  readonly account: Account;
  readonly presence: Presence;
  readonly announcer: Announcer;
  /** What is likely wrong with the files. */
  readonly check: Check;
  /** Why the last try to push did not begin, until something is changed: said once, to those who do not see it. */
  complaint: string | undefined;
  /** What went wrong with a drop, for the person. */
  notice: string | undefined;
  #listing: Listing;
  #applied: Promise<void> = Promise.resolve();
  #resting: ReturnType<typeof setTimeout> | undefined;
  #hubUrl: string;
  #tried = false;
  #scan: AbortController | undefined;
  #ticking: ReturnType<typeof setInterval> | undefined;
  #push: AbortController | undefined;
  readonly #inquiry: Inquiry;
  readonly #narrator: Narrator;
  readonly #hub: Package;
  readonly #listener: ModelListener;

  constructor(hub: Package, hubUrl: string, listener: ModelListener) {
    this.#hub = hub;
    this.#hubUrl = hubUrl;
    this.#listener = listener;
    const changed = (): void => {
      listener.changed();
    };
    this.#listing = this.#newListing();
    this.check = new Check(hub.checkFolder, changed);
    this.account = new Account(hub.whoAmI, changed);
    this.presence = new Presence(hub.repoExists, changed);
    this.announcer = new Announcer(changed);
    this.#narrator = new Narrator(this.announcer);
    this.#inquiry = new Inquiry(this.form, this.account, this.presence, (answer) => {
      if (this.#isReview()) this.announcer.say(answer);
    });
  }

  /** The Hub's address. A new one is asked about token and repo anew. */
  get hubUrl(): string {
    return this.#hubUrl;
  }

  set hubUrl(url: string) {
    if (url === this.#hubUrl) return;
    this.#hubUrl = url;
    this.#inquiry.now(this.#hubUrl);
  }

  /** The chosen files. */
  get selection(): Selection {
    return this.#listing.selection;
  }

  /** Whether other rules are being applied to the files. */
  get applying(): boolean {
    return this.#listing.applying;
  }

  /** The repo id as it will be pushed to. */
  get repo(): string {
    return repoId(this.form.name, this.account.name);
  }

  /** The message of the commit: the person's, or one made from the files. */
  get title(): string {
    const typed = this.form.title.trim();
    return typed === "" ? this.suggestedTitle : typed;
  }

  /** The message when the person gives none. */
  get suggestedTitle(): string {
    const { tree, folder } = this.selection;
    if (tree.files === 1) {
      const [only] = tree.all();
      if (only !== undefined) return `Upload ${only.name}`;
    }
    return folder === undefined
      ? `Upload ${counted(tree.files, "file")}`
      : `Upload ${folder} (${counted(tree.files, "file")})`;
  }

  /** Whether leaving the page would lose work. */
  get busy(): boolean {
    return this.stage.is === "uploading";
  }

  /** Whether files can be dropped now. */
  get accepts(): boolean {
    return this.stage.is !== "scanning" && this.stage.is !== "uploading";
  }

  /** Changes fields of the form. */
  edit(fields: Partial<Form>): void {
    Object.assign(this.form, fields);
    this.complaint = undefined;
    if (this.#tried) this.problems = problemsOf(this.form);
    this.#inquiry.later(this.#hubUrl);
    if ("token" in fields && this.form.token.trim() === "") this.account.forget();
    if ("name" in fields || "type" in fields) this.presence.forget();
    if ("type" in fields && !this.selection.isEmpty) this.check.later(() => this.selection.tree, this.form.type);
    if ("onlyThese" in fields || "leaveOut" in fields || "gitignore" in fields)
      this.#rulesChanged("gitignore" in fields);
    this.#listener.changed();
  }

  // Only in the review is there something to find again; whatever is listed later is listed by these rules.
  #rulesChanged(atOnce: boolean): void {
    clearTimeout(this.#resting);
    if (!this.#isReview()) return;
    this.#resting = setTimeout(
      () => {
        this.#applyRules();
      },
      atOnce ? 0 : TYPING_MS,
    );
  }

  /** Takes the repo as typed or pasted: an address or a prefix sets the type as well. */
  editRepo(text: string): void {
    const { name, type } = readRepo(text);
    this.edit(type === undefined ? { name } : { name, type });
  }

  /** A field was left: what it says is looked up without waiting. */
  leave(): void {
    if (this.#resting !== undefined) this.#applyRules();
    this.#inquiry.soon(this.#hubUrl);
  }

  /**
   * Takes in what was dropped or chosen. Must be called in the very event: what a drop offers is gone afterwards.
   */
  take(source: Source, batch: Batch): void {
    if (!this.accepts) return;
    const scan = new AbortController();
    const fresh = this.stage.is === "done" || this.stage.is === "unchanged";
    const listing = fresh ? this.#newListing() : this.#listing;
    let list: () => Promise<void>;
    try {
      list = listing.take(source, batch, scan.signal);
    } catch (error) {
      this.notice = failureOf(error).message;
      this.#listener.changed();
      return;
    }
    this.#listing = listing;
    this.notice = undefined;
    this.#scan = scan;
    this.#enter({ is: "scanning" });
    void this.#collect(list);
  }

  /** Stops looking through folders; what was found so far is kept. */
  stopScan(): void {
    this.#scan?.abort();
  }

  /** Takes files or folders out of the selection. */
  remove(...nodes: TreeNode[]): void {
    const [first] = nodes;
    if (this.applying || first === undefined) return;
    this.selection.remove(nodes);
    const what = nodes.length === 1 ? quoted(first.name) : counted(nodes.length, "file");
    this.announcer.say(`Removed ${what}`);
    this.#filesChanged();
  }

  /** Takes out every file that a finding is about, also those that it does not list. Settles when they are gone. */
  async solve(code: string): Promise<void> {
    const nodes: TreeNode[] = [];
    await this.check.now();
    for (let round = 0; round < MOST_ROUNDS && !this.applying; round += 1) {
      const finding = this.check.findings.find((each) => each.code === code);
      const found = (finding?.paths ?? []).flatMap((path) => this.selection.tree.find(path) ?? []);
      if (found.length === 0) break;
      for (const node of found) this.selection.tree.remove(node);
      nodes.push(...found);
      this.#filesChanged();
      await this.check.now();
    }
    if (nodes.length === 0) return;
    this.selection.removed = nodes;
    this.announcer.say(`Removed ${counted(nodes.length, "file")}`);
    this.#listener.changed();
  }

  /** Takes files out by their paths in the repo: those that a push could not read. */
  forget(pathsInRepo: readonly string[]): void {
    const prefix = cleanPathInRepo(this.form.pathInRepo);
    for (const path of pathsInRepo) {
      const node = this.selection.tree.find(prefix === "" ? path : path.slice(prefix.length + 1));
      if (node !== undefined) this.selection.tree.remove(node);
    }
    this.#filesChanged();
  }

  /** Puts back what was taken out last. */
  undoRemove(): void {
    if (this.applying) return;
    this.selection.undo();
    if (this.#hasPatterns) this.#applyRules();
    else this.#filesChanged();
  }

  /** Opens or closes a folder of the tree. */
  toggle(node: TreeNode, open?: boolean): void {
    if (node.kind !== "folder") return;
    this.selection.tree.setOpen(node, open ?? !node.open);
    this.#listener.changed();
  }

  /** Forgets the files; the form stays. */
  clear(): void {
    this.#listing = this.#newListing();
    this.check.clear();
    this.notice = undefined;
    this.#enter({ is: "empty" });
  }

  /** Goes back to the review, with the files as they are. */
  back(): void {
    this.#enter(this.selection.isEmpty ? { is: "empty" } : { is: "review" });
    this.#inquiry.now(this.#hubUrl);
  }

  /**
   * Pushes the selection. Settles when the push has, never rejects.
   *
   * Shape: false when a field has to be corrected first; `problems` says which.
   */
  async push(): Promise<boolean> {
    const possible = (): boolean => this.accepts && !this.selection.isEmpty;
    if (!possible()) return false;
    this.#tried = true;
    this.problems = problemsOf(this.form);
    this.#listener.changed();
    if (this.#resting !== undefined) this.#applyRules();
    await this.#applied;
    await this.check.now();
    this.complaint = Object.values(this.problems)[0] ?? this.check.errors[0]?.message;
    if (!possible() || this.complaint !== undefined) return false;
    const prefix = cleanPathInRepo(this.form.pathInRepo);
    const chosen = [...this.selection.tree.all()];
    const inRepo = chosen.map(({ path, size }) => ({ path: prefix === "" ? path : `${prefix}/${path}`, size }));
    const transfer = new Transfer(inRepo);
    this.#enter({ is: "uploading", transfer });
    this.#narrator.begin(transfer);
    this.#ticking = setInterval(() => {
      this.#tick(transfer);
    }, TICK_MS);
    try {
      const folder = new Map(chosen.map(({ path, content }) => [path, content]));
      await this.#run(transfer, folder, prefix);
    } finally {
      clearInterval(this.#ticking);
      this.#push = undefined;
    }
    return true;
  }

  /** Pauses the push. */
  pause(): void {
    this.#during((transfer) => {
      transfer.pause();
      this.#narrator.paused(true);
    });
  }

  /** Goes on with the push. */
  resume(): void {
    this.#during((transfer) => {
      transfer.resume();
      this.#narrator.paused(false);
    });
  }

  /** Stops the push for good. */
  cancel(): void {
    this.#during((transfer) => {
      transfer.cancel();
      this.#push?.abort();
    });
  }

  /** The browser found or lost the network. */
  connection(online: boolean): void {
    this.#during((transfer) => {
      transfer.connection(online);
      this.#narrator.connection(online);
    });
  }

  /** Ends timers and work: the owner goes away. */
  dispose(): void {
    clearTimeout(this.#resting);
    this.#inquiry.stop();
    this.check.clear();
    this.stopScan();
    this.cancel();
    this.announcer.clear();
  }

  async #collect(list: () => Promise<void>): Promise<void> {
    try {
      // Rules that are just being applied would put their tree in the place of the new files.
      await this.#applied;
      await list();
      if (this.#hasPatterns || !this.form.gitignore) await this.#listing.apply(this.form);
    } catch (error) {
      if (!isAbort(error)) this.notice = failureOf(error).message;
    }
    this.#scan = undefined;
    const { isBlank } = this.selection;
    if (isBlank) this.notice ??= "There was no file in what you chose: empty folders cannot be pushed.";
    this.#enter(isBlank ? { is: "empty" } : { is: "review" });
    this.#filesChanged();
    this.#inquiry.now(this.#hubUrl);
    await this.check.now();
    const news = reviewNews(this.selection.leftOut, this.check);
    if (news !== "" && this.#isReview()) this.announcer.say(news);
  }

  #isReview(): boolean {
    return this.stage.is === "review";
  }

  // Other rules hold: what is pushed is found again by them.
  #applyRules(): void {
    clearTimeout(this.#resting);
    this.#resting = undefined;
    const apply = async (): Promise<void> => {
      try {
        await this.#listing.apply(this.form);
      } catch (error) {
        this.notice = failureOf(error).message;
      }
      const { tree } = this.selection;
      this.announcer.say(`${counted(tree.files, "file")}, ${bytes(tree.bytes)}`);
      this.#filesChanged();
    };
    this.#applied = apply();
  }

  get #hasPatterns(): boolean {
    return patternsOf(this.form.onlyThese + "\n" + this.form.leaveOut).length > 0;
  }

  #filesChanged(): void {
    this.check.later(() => this.selection.tree, this.form.type);
    this.#listener.changed();
  }

  #newListing(): Listing {
    return new Listing(this.#hub, new Selection(), () => {
      this.#listener.changed();
    });
  }

  async #run(transfer: Transfer, folder: ReadonlyMap<string, Blob>, pathInRepo: string): Promise<void> {
    const stop = new AbortController();
    this.#push = stop;
    const { form, hubUrl, title } = this;
    const plan = { hubUrl, form, folder, pathInRepo, repo: () => this.repo, title };
    const changed = (): void => {
      this.#listener.changed();
    };
    try {
      const { output, created } = await runPush(this.#hub, this.account, plan, transfer, stop.signal, changed);
      this.#finish(output, created, transfer.seconds);
    } catch (error) {
      this.announcer.clear();
      if (transfer.cancelling || isAbort(error)) {
        this.#enter({ is: "cancelled", duringCommit: transfer.committing });
      } else {
        this.#enter({ is: "failed", failure: this.#failureOf(error, transfer), transfer });
        this.#listener.failed(error);
      }
    }
  }

  // A token that may not write here may still open a pull request, once there is a repo to open it in.
  #failureOf(error: unknown, transfer: Transfer): Failure {
    const { account, form } = this;
    const readOnly = account.state.is === "known" && account.state.readOnly;
    return failureOf(error, { readOnly, canOffer: !form.pullRequest && transfer.job !== undefined });
  }

  #finish(output: CommitOutput, created: boolean, seconds: number): void {
    this.announcer.clear();
    // The repo is there now, whatever was said before.
    this.presence.forget();
    if (output.commits.length === 0) this.#enter({ is: "unchanged", output });
    else this.#enter({ is: "done", output, created, seconds });
    this.#listener.committed(output);
  }

  #tick(transfer: Transfer): void {
    transfer.tick();
    this.#narrator.look(transfer);
    this.#listener.progressed(transfer);
    this.#listener.changed();
  }

  #during(act: (transfer: Transfer) => void): void {
    if (this.stage.is !== "uploading") return;
    act(this.stage.transfer);
    this.#listener.changed();
  }

  #enter(stage: Stage): void {
    this.stage = stage;
    this.#listener.entered(stage.is);
    this.#listener.changed();
  }
}
