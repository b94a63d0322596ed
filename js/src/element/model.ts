/**
 * What the uploader knows and does, without a DOM: one push at a time, from the choice of files to the commit.
 *
 * ```text
 * empty ─ take ─▶ scanning ─▶ review ─ push ─▶ uploading ─▶ done · unchanged · failed · cancelled
 *   │                │ stop ▲                                        │
 *   │                ▼      └── take (more) ── review ◀── back ──────┘
 *   │          empty or review
 *   └─ continue ─▶ again (the same folder once more) ─ take ─▶ scanning ─▶ review, or again when it is another folder
 * ```
 *
 * Invariants: the chosen files survive a failure and a cancellation; nothing is asked of the Hub before there is a token;
 * an event to the outside never carries the token. Whoever owns the model renders it again when `changed` is called.
 */
import { Account } from "./account.js";
import { Announcer } from "./announcer.js";
import { handleByNow, type Batch } from "./batch.js";
import type { Check } from "./check.js";
import { Chosen } from "./chosen.js";
import { mayRead, recall } from "./continuing.js";
import { cleanPathInRepo, emptyForm, problemsOf, readRepo, repoId, type Form, type Problems } from "./destination.js";
import { failureOf, type Failure } from "./failure.js";
import { counted } from "./format.js";
import { freshFiles } from "./fresh-files.js";
import { Inquiry } from "./inquiry.js";
import type { Source } from "./listing.js";
import { reviewNews } from "./narrator.js";
import type { CommitOutput, Package } from "./package.js";
import { Presence } from "./presence.js";
import { noteOf } from "./push-note.js";
import type { Kept, Pushed } from "./push-run.js";
import { PushEnded, Pushing, type PushFile } from "./pushing.js";
import type { Selection } from "./selection.js";
import { Throttle } from "./throttle.js";
import type { Transfer } from "./transfer.js";
import { Unfinished, type UnfinishedPush } from "./unfinished.js";

/** Where the uploader is. */
export type Stage =
  | { readonly is: "empty" }
  /** The folder of an unfinished push is to be chosen once more; `other` is one that was chosen instead. */
  | { readonly is: "again"; readonly push: UnfinishedPush; readonly other: string | undefined }
  | { readonly is: "scanning" }
  | { readonly is: "review" }
  | { readonly is: "uploading"; readonly transfer: Transfer }
  | ({ readonly is: "done"; readonly seconds: number; readonly transfer: Transfer } & Pushed)
  | { readonly is: "unchanged"; readonly output: CommitOutput }
  | { readonly is: "failed"; readonly failure: Failure; readonly transfer: Transfer }
  | { readonly is: "cancelled"; readonly transfer: Transfer };

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

/** An unfinished push that the chosen folder belongs to. */
export interface Continued {
  readonly push: UnfinishedPush;
  /** Whether the person wants to continue it; else it is offered. */
  readonly wanted: boolean;
}

/** The uploader without its looks. */
export class DropModel {
  stage: Stage = { is: "empty" };
  readonly form: Form = emptyForm();
  /** Shown after the first try to push. */
  problems: Problems = {};
  readonly account: Account;
  readonly presence: Presence;
  readonly announcer: Announcer;
  readonly chosen: Chosen;
  /** How fast pushes may go. */
  readonly throttle = new Throttle();
  /** Pushes that can be continued. */
  readonly unfinished: Unfinished;
  continued: Continued | undefined;
  /** Why the last try to push did not begin, until something is changed: said once, to those who do not see it. */
  complaint: string | undefined;
  #hubUrl: string;
  #tried = false;
  readonly #pushing: Pushing;
  readonly #inquiry: Inquiry;
  readonly #listener: ModelListener;

  constructor(hub: Package, hubUrl: string, listener: ModelListener) {
    this.#hubUrl = hubUrl;
    this.#listener = listener;
    const changed = (): void => {
      listener.changed();
    };
    this.account = new Account(hub.whoAmI, changed);
    this.presence = new Presence(hub.repoExists, changed);
    this.announcer = new Announcer(changed);
    this.chosen = new Chosen(hub, this.form, this.announcer, changed);
    this.unfinished = new Unfinished(hub, changed);
    this.#pushing = new Pushing(hub, this.account, this.throttle, this.announcer, listener);
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
    this.lookForUnfinished();
  }

  /** The chosen files. */
  get selection(): Selection {
    return this.chosen.selection;
  }

  /** What is likely wrong with them. */
  get check(): Check {
    return this.chosen.check;
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
    return this.stage.is === "uploading" && !this.stage.transfer.cancelling;
  }

  /** Whether the screen should stay on. */
  get wakeful(): boolean {
    return this.throttle.awake && this.busy && this.stage.is === "uploading" && !this.stage.transfer.paused;
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
    if ("type" in fields && !this.selection.isEmpty) this.chosen.look();
    // Only in the review is there something to find again; whatever is listed later is listed by these rules.
    if (this.#isReview() && ("onlyThese" in fields || "leaveOut" in fields || "gitignore" in fields))
      this.chosen.rulesChanged("gitignore" in fields);
    this.#listener.changed();
  }

  /** Takes the repo as typed or pasted: an address or a prefix sets the type as well. */
  editRepo(text: string): void {
    const { name, type } = readRepo(text);
    this.edit(type === undefined ? { name } : { name, type });
  }

  /** A field was left: what it says is looked up without waiting. */
  leave(): void {
    void this.chosen.applyNow();
    this.#inquiry.soon(this.#hubUrl);
  }

  /** Changes how fast pushes may go, also the one that runs. */
  setPace(wishes: Partial<Pick<Throttle, "gentle" | "limit" | "own" | "awake">>): void {
    Object.assign(this.throttle, wishes);
    this.#pushing.throttled();
    this.#listener.changed();
  }

  /**
   * Takes in what was dropped or chosen. Must be called in the very event: what a drop offers is gone afterwards.
   */
  take(source: Source, batch: Batch): void {
    if (!this.accepts) return;
    const { stage } = this;
    const wanted = stage.is === "again" ? stage.push : undefined;
    const fresh = ["done", "unchanged", "again"].includes(stage.is);
    if (fresh || this.selection.isEmpty) this.continued = undefined;
    const list = this.chosen.take(source, batch, fresh);
    if (list === undefined) return;
    this.#enter({ is: "scanning" });
    void list(wanted).then((found) => {
      this.#listed(wanted, found);
    });
  }

  /** Looks which pushes can be continued. */
  lookForUnfinished(): void {
    void this.unfinished.look(this.#hubUrl);
  }

  /**
   * Continues a push: reads its folder again where the browser allows that, else asks for it. Must be called in the click.
   */
  async continue(push: UnfinishedPush): Promise<void> {
    if (!this.accepts) return;
    this.edit(push.form);
    this.#enter({ is: "again", push, other: undefined });
    const asking = this.stage;
    const { handle } = push;
    // Meanwhile the person may have gone elsewhere.
    if (handle !== undefined && (await mayRead(handle)) && this.stage === asking)
      this.take(handle, { folder: handle.name, handle: Promise.resolve(handle) });
  }

  /** The chosen folder belongs to an unfinished push, which was offered: continues it. */
  continueHere(): void {
    if (!this.#isReview() || this.continued === undefined) return;
    const { push } = this.continued;
    this.continued = { push, wanted: true };
    this.edit(push.form);
    this.chosen.forget(push.without);
  }

  /** Another folder was chosen than the one to continue: goes on with that one, as a push of its own. */
  takeOther(): void {
    if (this.stage.is === "again" && !this.selection.isBlank) this.back();
  }

  /** Forgets an unfinished push. */
  discard(push: UnfinishedPush): void {
    if (this.continued?.push.key === push.key) this.continued = undefined;
    void this.unfinished.discard(push, this.#hubUrl);
    if (this.stage.is === "again") this.clear();
  }

  /** Forgets the files; the form stays. */
  clear(): void {
    this.chosen.clear();
    this.continued = undefined;
    this.#enter({ is: "empty" });
    this.lookForUnfinished();
  }

  /** Goes back to the review, with the files as they are. */
  back(): void {
    this.#enter(this.selection.isBlank ? { is: "empty" } : { is: "review" });
    this.#inquiry.now(this.#hubUrl);
  }

  /** Takes files out by their paths in the repo: those that a push could not read. */
  forget(pathsInRepo: readonly string[]): void {
    this.chosen.forget(pathsInRepo.map((path) => this.#below(path)));
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
    await this.chosen.applyNow();
    await this.check.now();
    this.complaint = Object.values(this.problems)[0] ?? this.check.errors[0]?.message;
    if (!possible() || this.complaint !== undefined) return false;
    const { tree } = this.selection;
    await this.#run(tree.all(), tree.files, tree.bytes, { ...this.form, title: this.title });
    return true;
  }

  /** Pushes only the files that the last push left behind, as they are now. Settles when that has ended. */
  async retryFailed(): Promise<void> {
    const { stage } = this;
    if (stage.is !== "done") return;
    const paths = stage.transfer.files.pathsOf("failed").map((path) => this.#below(path));
    const files = await freshFiles(this.selection, paths);
    if (files.length === 0 || this.stage !== stage) return;
    const total = files.reduce((sum, { size }) => sum + size, 0);
    // What is not among these few is there already, and must not be deleted.
    await this.#run(files, files.length, total, { ...this.form, mirror: false, title: this.title });
  }

  /** Pauses the push. */
  pause(): void {
    this.#pushing.pause();
  }

  /** Goes on with the push. */
  resume(): void {
    this.#pushing.resume();
  }

  /** Stops the push for good. */
  cancel(): void {
    this.#pushing.cancel();
  }

  /** Ends timers and work: the owner goes away. */
  dispose(): void {
    this.#inquiry.stop();
    this.chosen.dispose();
    this.cancel();
    this.announcer.clear();
  }

  #listed(wanted: UnfinishedPush | undefined, found: boolean): void {
    const { isBlank, folder, tree } = this.selection;
    if (wanted !== undefined && !found) {
      this.#enter({ is: "again", push: wanted, other: isBlank ? undefined : (folder ?? "") });
      return;
    }
    if (wanted !== undefined) this.continued = { push: wanted, wanted: true };
    else if (this.continued === undefined) {
      const push = recall(tree, this.unfinished.pushes);
      this.continued = push === undefined ? undefined : { push, wanted: false };
    }
    this.#enter(isBlank ? { is: "empty" } : { is: "review" });
    this.chosen.look();
    this.#inquiry.now(this.#hubUrl);
    // One click is enough where nothing is missing: the list was looked through before.
    if (wanted !== undefined && Object.keys(problemsOf(this.form)).length === 0) void this.push();
    else void this.#sayNews();
  }

  async #sayNews(): Promise<void> {
    await this.check.now();
    const news = reviewNews(this.selection.leftOut, this.check);
    if (news !== "" && this.#isReview()) this.announcer.say(news);
  }

  #isReview(): boolean {
    return this.stage.is === "review";
  }

  // A path in the repo, as it is in the selection.
  #below(path: string): string {
    const prefix = cleanPathInRepo(this.form.pathInRepo);
    return prefix === "" ? path : path.slice(prefix.length + 1);
  }

  async #run(files: Iterable<PushFile>, total: number, totalBytes: number, form: Form): Promise<void> {
    const { selection } = this;
    const pathInRepo = cleanPathInRepo(form.pathInRepo);
    const transfer = this.#pushing.begin(total, totalBytes);
    this.#enter({ is: "uploading", transfer });
    try {
      const handle = await handleByNow(selection.handle);
      const keep = (repo: string): Kept => ({
        folderName: selection.folder,
        handle,
        note: noteOf({ ...form, name: repo }, pathInRepo, transfer.files, selection.takenOut),
      });
      const order = { hubUrl: this.#hubUrl, form, files, pathInRepo, repo: () => this.repo, title: form.title, keep };
      const pushed = await this.#pushing.run(transfer, order);
      this.#finish(pushed, transfer);
    } catch (ended) {
      this.announcer.clear();
      if (ended instanceof PushEnded && ended.cancelled) {
        this.#enter({ is: "cancelled", transfer });
      } else {
        const error = ended instanceof PushEnded ? ended.cause : ended;
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

  #finish(pushed: Pushed, transfer: Transfer): void {
    this.announcer.clear();
    this.continued = undefined;
    // The repo is there now, whatever was said before; and this push is not among the unfinished ones any more.
    this.presence.forget();
    this.lookForUnfinished();
    const { output } = pushed;
    const nothing = output.commits.length === 0 && transfer.files.count("failed") === 0;
    if (nothing) this.#enter({ is: "unchanged", output });
    else this.#enter({ is: "done", ...pushed, seconds: transfer.seconds, transfer });
    this.#listener.committed(output);
  }

  #enter(stage: Stage): void {
    this.stage = stage;
    this.#listener.entered(stage.is);
    this.#listener.changed();
  }
}
