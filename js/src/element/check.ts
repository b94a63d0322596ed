/**
 * What is likely wrong with the chosen files, kept up to date while they change.
 *
 * Invariants: only the last check counts; findings about what is no longer chosen are dropped at once. The rules are the
 * package's (`checkFolder`).
 */
import { Breath } from "./breath.js";
import type { RepoKind } from "./destination.js";
import type { Finding, Package } from "./package.js";
import type { FileTree } from "./tree.js";

/** Milliseconds without a change before the files are looked at. */
const REST_MS = 120;

/** The code of the finding for which contents are read. */
const SECRET = "looks_like_secret";
/** Bytes up to which a file may have been read for it. */
const READ_UP_TO = 256 * 1024;

/** The findings about a selection. */
export class Check {
  findings: readonly Finding[] = [];
  readonly #checkFolder: Package["checkFolder"];
  readonly #changed: () => void;
  /** Contents in which no secret was found: not read again with each change. */
  readonly #harmless = new WeakSet<Blob>();
  #last = 0;
  #resting: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> = Promise.resolve();
  #due: (() => Promise<void>) | undefined;

  constructor(checkFolder: Package["checkFolder"], changed: () => void) {
    this.#checkFolder = checkFolder;
    this.#changed = changed;
  }

  /** What must be solved before a push. */
  get errors(): readonly Finding[] {
    return this.findings.filter(({ severity }) => severity === "error");
  }

  /** The files or the type of the repo have changed: looks at them soon. */
  later(tree: () => FileTree, type: RepoKind): void {
    clearTimeout(this.#resting);
    this.#last += 1;
    this.#due = () => this.#look(tree(), type);
    this.#resting = setTimeout(() => {
      void this.now();
    }, REST_MS);
  }

  /** Settles when what was asked for has been looked at; never rejects. */
  now(): Promise<void> {
    clearTimeout(this.#resting);
    const due = this.#due;
    this.#due = undefined;
    if (due !== undefined) this.#running = due();
    return this.#running;
  }

  /** Forgets everything. */
  clear(): void {
    clearTimeout(this.#resting);
    this.#due = undefined;
    this.#last += 1;
    this.findings = [];
  }

  async #look(tree: FileTree, type: RepoKind): Promise<void> {
    const run = ++this.#last;
    let findings: readonly Finding[] = [];
    try {
      // Only the type counts, and a name may not be known yet.
      findings = await this.#checkFolder(this.#files(tree), { repo: { type, name: "any/name" } });
    } catch {
      // It is a service to the person; the push itself refuses what cannot be.
    }
    if (run !== this.#last) return;
    this.findings = findings;
    this.#changed();
    await this.#remember(tree, run);
  }

  // Nobody looks for a secret in an empty file, and no other rule is about small ones.
  *#files(tree: FileTree): Iterable<{ path: string; size: number; content: Blob }> {
    for (const { path, size, content } of tree.all())
      yield { path, content, size: this.#harmless.has(content) ? 0 : size };
  }

  async #remember(tree: FileTree, run: number): Promise<void> {
    const secrets = this.findings.find(({ code }) => code === SECRET);
    const known = new Set(secrets?.paths);
    // Those that are not listed cannot be told from the harmless ones.
    if (known.size < (secrets?.total ?? 0)) return;
    const breath = new Breath();
    for (const { path, size, content } of tree.all()) {
      if (size <= READ_UP_TO && !known.has(path)) this.#harmless.add(content);
      if (breath.due) await breath.take();
      if (run !== this.#last) return;
    }
  }
}
