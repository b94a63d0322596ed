/**
 * Lists what was dropped or chosen, and lists it again when other rules shall hold: other patterns, or files that ignore files
 * name taken along.
 *
 * Invariants: a drop is taken out of its event at once, twice, because it is empty afterwards and the second listing may be
 * asked for later; a listing yields to the page every few milliseconds; of two listings that run, only the last one counts.
 * All rules are the package's.
 */
import type { Batch } from "./batch.js";
import { Breath } from "./breath.js";
import type { Form } from "./destination.js";
import type { CollectOptions, Collected, Package } from "./package.js";
import type { Selection } from "./selection.js";
import { FileTree } from "./tree.js";

/** What can be dropped or chosen. */
export type Source = DataTransfer | FileList | readonly File[] | FileSystemDirectoryHandle;

/** The rules that a person can set. */
export type Rules = Pick<Form, "onlyThese" | "leaveOut" | "gitignore">;

/** One batch that was taken in. */
export interface Taken {
  readonly files: AsyncIterable<Collected>;
  /** All files of the batch, whatever ignore files say; can be listed once. */
  readonly everything: AsyncIterable<Collected>;
}

/** The patterns of a text field, one per line. */
export function patternsOf(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "");
}

/** The listings of one selection. */
export class Listing {
  readonly selection: Selection;
  readonly #hub: Package;
  readonly #changed: () => void;
  /** What can still be listed without regard to ignore files. */
  #unlisted: { prefix: string; below: string; files: AsyncIterable<Collected> }[] = [];
  #reading: Promise<void> = Promise.resolve();
  #last = 0;
  /** Whether rules are being applied; the tree that is shown is then the old one. */
  applying = false;

  constructor(hub: Package, selection: Selection, changed: () => void) {
    this.#hub = hub;
    this.selection = selection;
    this.#changed = changed;
  }

  /** Takes a drop or a choice in. Must be called in the very event. Throws what the package throws. */
  take(source: Source, batch: Batch, signal: AbortSignal): () => Promise<void> {
    const { selection } = this;
    let prefix = "";
    const options: CollectOptions = {
      abortSignal: signal,
      onSkip: (path, _, { by, rule }) => {
        selection.skip(prefix + path, by, rule);
      },
      onError: (path, error) => {
        // Not a file that is missing, but an ignore file that is not heard; the file itself goes along.
        if (error.code === "invalid_input") selection.remarks.push(error.message);
        else selection.fail(prefix + path, error.message);
      },
    };
    const files = this.#hub.collectFiles(source, options);
    // What could not be read was said by the first listing.
    const everything = this.#hub.collectFiles(source, { gitignore: false, onError: () => undefined });
    prefix = selection.begin(batch);
    this.#unlisted.push({ prefix, below: "", files: everything });
    return async () => {
      try {
        await this.#each(files, signal, ({ path, size, content }) => {
          selection.add(prefix + path, size, content);
        });
      } finally {
        selection.finish();
      }
    };
  }

  /** Goes on as if only a folder of what was chosen had been chosen. */
  async rebase(folder: string): Promise<void> {
    await this.selection.rebase(folder);
    this.#unlisted = this.#unlisted.map(({ files }) => ({ prefix: "", below: `${folder}/`, files }));
  }

  /** Applies the rules to everything that was found. Rejects with what the package throws. */
  async apply(rules: Rules): Promise<void> {
    const { selection } = this;
    const allowed = patternsOf(rules.onlyThese);
    const ignored = patternsOf(rules.leaveOut);
    const run = ++this.#last;
    this.applying = true;
    this.#changed();
    try {
      if (!rules.gitignore) await this.#listIgnored();
      const found = await this.#everyFile(rules.gitignore);
      const tree = new FileTree();
      const leftOut = new Map<string, Blob>();
      const reasons: [path: string, rule: string][] = [];
      const options: CollectOptions = {
        gitignore: false,
        ...(allowed.length > 0 ? { allowPatterns: allowed } : {}),
        ...(ignored.length > 0 ? { ignorePatterns: ignored } : {}),
        onSkip: (path, _, { rule }) => {
          const content = found.get(path);
          if (content === undefined) return;
          leftOut.set(path, content);
          reasons.push([path, rule]);
        },
      };
      await this.#each(this.#hub.collectFiles(found, options), undefined, ({ path, size, content }) => {
        tree.add(path, size, content);
      });
      if (run !== this.#last) return;
      selection.leftOut.clear("patterns");
      for (const [path, rule] of reasons) selection.leftOut.add(path, "patterns", rule);
      selection.replace(tree, leftOut);
    } finally {
      if (run === this.#last) this.applying = false;
      this.#changed();
    }
  }

  /** What the patterns are applied to. */
  async #everyFile(gitignore: boolean): Promise<Map<string, Blob>> {
    const { selection } = this;
    const found = new Map<string, Blob>();
    await this.#each(known(selection, gitignore), undefined, ({ path, content }) => {
      found.set(path, content);
    });
    return found;
  }

  /** Lists the files that ignore files name, unless that was done. */
  #listIgnored(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#readIgnored());
    return this.#reading;
  }

  async #readIgnored(): Promise<void> {
    const { selection } = this;
    for (const { prefix, below, files } of this.#unlisted.splice(0)) {
      await this.#each(files, undefined, ({ path: found, content }) => {
        const path = prefix + found.slice(below.length);
        if (found.startsWith(below) && selection.isIgnored(path)) selection.ignored.set(path, content);
      });
    }
  }

  async #each<File>(
    files: AsyncIterable<File> | Iterable<File>,
    signal: AbortSignal | undefined,
    take: (file: File) => void,
  ): Promise<void> {
    const breath = new Breath();
    for await (const file of files) {
      take(file);
      if (!breath.due) continue;
      this.#changed();
      await breath.take();
      if (signal?.aborted === true) break;
    }
  }
}

// Those in the list, those that patterns left out, and those that ignore files name, if they count.
function* known(selection: Selection, gitignore: boolean): Iterable<{ path: string; content: Blob }> {
  const counts = (path: string): boolean => !gitignore || !selection.ignored.has(path);
  for (const [path, content] of selection.byPatterns) if (counts(path)) yield { path, content };
  if (!gitignore) for (const [path, content] of selection.ignored) yield { path, content };
  for (const file of selection.tree.all()) if (counts(file.path)) yield file;
}
