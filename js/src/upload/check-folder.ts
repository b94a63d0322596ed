/**
 * A second look at files before they are pushed: what the Hub would refuse, what it advises against, what looks like a mistake.
 *
 * The rules are the engine's. Nothing is asked of the Hub, nothing is sent; a few small texts are read for secrets.
 */
import { engine } from "../engine.js";
import { InvalidInputError, toError } from "../errors.js";
import { repoSpec, type RepoDesignation } from "../hub/params.js";
import { Pace } from "../pace.js";
import { isPlatformBlob } from "../source/lazy.js";
import { hasOrigin } from "../source/origin.js";
import { inTime } from "../source/patience.js";
import { FolderCheck } from "../wasm/core.js";

/** A file to be checked. */
export interface FolderFile {
  /** Path in the repo. */
  path: string;
  /** In bytes. */
  size: number;
  /** Small texts are read for secrets; without it only names count. */
  content?: Blob | undefined;
}

/** What a check may find. */
export type FolderFindingCode =
  /** More than 100,000 files. */
  | "too_many_files"
  /** More than 10,000 entries in one folder. */
  | "too_many_entries"
  /** More than 500 GB, which the Hub refuses. */
  | "file_too_large"
  /** More than 200 GB, which the Hub advises against. */
  | "file_large"
  /** Names that differ only by case. */
  | "case_clash"
  /** Names that differ only by how their characters are composed. */
  | "unicode_clash"
  /** A path that is a file and a folder. */
  | "file_and_folder"
  /** A name that no repo takes. */
  | "refused_name"
  /** Tables for a repo that is no dataset. */
  | "parquet_in_model"
  /** Names of keys and settings, and texts with tokens in them. */
  | "looks_like_secret"
  /** Names longer than file systems hold. */
  | "long_path";

/** Something that a check has found. */
export interface FolderFinding {
  code: FolderFindingCode;
  /** "error": the Hub would refuse it. */
  severity: "error" | "warning";
  /** What was found and what to do, for people. Never contains a secret. */
  message: string;
  /** The first 50 paths; none for what is about all files. */
  paths: string[];
  /** How many paths there are. */
  total: number;
}

/** What is known of where the files go. */
export interface CheckFolderOptions {
  /** The repo, for what depends on its type. */
  repo?: RepoDesignation | undefined;
}

/**
 * Checks files before they are pushed. `uploadFolder` does so by itself; in a page it looks at names alone and reads nothing.
 *
 * @example
 * const findings = await checkFolder(collectFiles("./folder"), { repo: "datasets/me/data" });
 */
export async function checkFolder(
  files: Iterable<FolderFile> | AsyncIterable<FolderFile>,
  options: CheckFolderOptions = {},
): Promise<FolderFinding[]> {
  const isIterable = typeof files === "object" && (Symbol.iterator in files || Symbol.asyncIterator in files);
  if (!isIterable) throw new InvalidInputError("files must be a list of { path, size }");
  await engine();
  const check = new FolderChecking(options.repo);
  try {
    const pace = new Pace();
    for await (const file of files) {
      if (check.add(file)) await check.look();
      if (pace.due) await pace.turn();
    }
    return await check.finish();
  } finally {
    check.free();
  }
}

/** Files handed over in one go. */
const BATCH = 500;
/** Contents read side by side. */
const READS_IN_FLIGHT = 16;

/** A check under way. Whoever makes it frees it. */
export class FolderChecking {
  readonly #handle: FolderCheck;
  readonly #pace = new Pace();
  #batch: FolderFile[] = [];

  constructor(repo: RepoDesignation | undefined) {
    try {
      this.#handle = new FolderCheck(repo === undefined ? undefined : repoSpec(repo));
    } catch (error) {
      throw toError(error);
    }
  }

  /** Takes a file in; says whether it is time to {@link look}. */
  add(file: FolderFile): boolean {
    return this.#batch.push(file) >= BATCH;
  }

  /** Looks at the files that were taken in. */
  async look(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    const wanted = this.#judge(batch);
    for (let start = 0; start < wanted.length; start += READS_IN_FLIGHT) {
      const files = wanted.slice(start, start + READS_IN_FLIGHT);
      const contents = await Promise.all(files.map(({ content }) => read(content)));
      for (const [place, { path }] of files.entries()) this.#handle.look(path, contents[place]);
      if (this.#pace.due) await this.#pace.turn();
    }
  }

  /** Everything that was found, the weightier first. */
  async finish(): Promise<FolderFinding[]> {
    await this.look();
    return this.#handle.finish() as FolderFinding[];
  }

  free(): void {
    this.#handle.free();
  }

  #judge(batch: readonly FolderFile[]): FolderFile[] {
    const paths = batch.map(({ path }) => path);
    const sizes = Float64Array.from(batch, ({ size }) => size);
    const readable = batch.some(({ content }) => isNear(content));
    try {
      return Array.from(this.#handle.add(paths, sizes, readable)).flatMap((place) => batch[place] ?? []);
    } catch (error) {
      throw toError(error);
    }
  }
}

/** Whether a content can be read without asking a network. */
function isNear(content: Blob | undefined): content is Blob {
  return content !== undefined && (isPlatformBlob(content) || hasOrigin(content));
}

/** A content's bytes; nothing when they cannot be read. Whoever pushes the file will say why. */
async function read(content: Blob | undefined): Promise<Uint8Array | undefined> {
  if (!isNear(content)) return undefined;
  try {
    return new Uint8Array(await inTime(content.arrayBuffer()));
  } catch {
    return undefined;
  }
}
