/**
 * What is left out of a listing, and why.
 *
 * The rules and their meaning are the engine's; here they get their ignore files, and their verdicts get a voice. An ignore
 * file that cannot be read leaves its rules out, is reported, and stops nothing.
 */
import { InvalidInputError, toError } from "../../errors.js";
import type { HubferryError } from "../../errors.js";
import type { OpenedFile } from "./walk.js";
import { inTime } from "../patience.js";
import { FolderRules } from "../../wasm/core.js";

/** The caller's patterns, with the meaning of Python's `allow_patterns` and `ignore_patterns`. */
export interface Patterns {
  readonly allowPatterns?: string | readonly string[] | undefined;
  readonly ignorePatterns?: string | readonly string[] | undefined;
}

/** The rule that left something out. */
export interface Skip {
  /**
   * The kind of rule: git's and the Hub client's own files; what operating systems leave behind; an ignore file; the caller's
   * patterns; something that no repo can hold; an empty folder.
   */
  by: "default" | "system" | "gitignore" | "patterns" | "kind" | "empty";
  /** The rule in short, such as `sub/.gitignore:3: *.log`. */
  rule: string;
}

/** Told of everything that is left out; `reason` is a sentence for people that names the rule. */
export type OnSkip = (path: string, reason: string, skip: Skip) => void;

/** The name of an ignore file. */
export const IGNORE_FILE = ".gitignore";
/** An ignore file above this is not one that somebody wrote. */
const LARGEST_IGNORE_FILE = 1024 * 1024;

/** The rules of one listing. Whoever makes them frees them. */
export class Rules {
  /** Whether the folder's own ignore files count. */
  readonly readsIgnoreFiles: boolean;
  readonly #handle: FolderRules;
  readonly #onSkip: OnSkip;
  readonly #onRefused: (path: string, error: HubferryError) => void;
  readonly #told = new Map<number, { reason: string; skip: Skip }>();
  readonly #folders = new Set<string>();

  /** Shape: `onRefused` is told of ignore files whose rules are not applied. */
  constructor(
    patterns: Patterns,
    readsIgnoreFiles: boolean,
    onSkip: OnSkip,
    onRefused: (path: string, error: HubferryError) => void,
  ) {
    try {
      const { allowPatterns, ignorePatterns } = patterns;
      this.#handle = new FolderRules(toList({ allowPatterns }), toList({ ignorePatterns }));
    } catch (error) {
      throw toError(error);
    }
    this.readsIgnoreFiles = readsIgnoreFiles;
    this.#onSkip = onSkip;
    this.#onRefused = onRefused;
  }

  /**
   * Which of these paths are taken, by their places; tells of the others. Folders end in `/`.
   *
   * Shape: in a walk the folders above are known to be taken; in a list (`deep`) they are judged, too.
   */
  select(paths: readonly string[], deep: boolean): boolean[] {
    const verdicts = this.#judge(paths, deep);
    return paths.map((path, place) => {
      const number = verdicts[place] ?? 0;
      if (number === 0) return true;
      const { reason, skip } = this.#rule(number);
      this.#onSkip(path.endsWith("/") ? path.slice(0, -1) : path, reason, skip);
      return false;
    });
  }

  /** Whether everything in a folder is left out, without telling. */
  closes(folder: string): boolean {
    return folder !== "" && this.#judge([`${folder}/`], true)[0] !== 0;
  }

  /** Reads the ignore file of a folder, which is empty for the one that is listed. */
  async read(folder: string, open: () => OpenedFile | Promise<OpenedFile>): Promise<void> {
    const path = folder === "" ? IGNORE_FILE : `${folder}/${IGNORE_FILE}`;
    const refuse = (why: string, cause?: unknown): void => {
      this.#onRefused(path, new InvalidInputError(`The rules of ${path} are not applied: it ${why}`, { cause, path }));
    };
    let bytes: Uint8Array;
    try {
      const { content, size } = await inTime(Promise.resolve(open()));
      if (size > LARGEST_IGNORE_FILE) {
        refuse("has more than 1 MiB");
        return;
      }
      bytes = new Uint8Array(await inTime(content.arrayBuffer()));
    } catch (error) {
      refuse("cannot be read", error);
      return;
    }
    if (!isUtf8(bytes)) {
      refuse("is not UTF-8 text");
      return;
    }
    this.#handle.addIgnoreFile(folder, bytes);
    this.#folders.add(folder);
  }

  /** Forgets the ignore file of a folder that a walk has left. */
  leave(folder: string): void {
    if (this.#folders.delete(folder)) this.#handle.leave(folder);
  }

  free(): void {
    this.#handle.free();
  }

  #judge(paths: readonly string[], deep: boolean): Uint32Array {
    try {
      return this.#handle.judge([...paths], deep);
    } catch (error) {
      throw toError(error);
    }
  }

  #rule(number: number): { reason: string; skip: Skip } {
    let told = this.#told.get(number);
    if (told === undefined) {
      const { by, rule, reason } = this.#handle.rule(number);
      told = { reason, skip: { by, rule } };
      this.#told.set(number, told);
    }
    return told;
  }
}

/**
 * One pattern or several, as a list; the argument is one option by its name.
 *
 * Errors: `invalid_input` for what are no texts.
 */
export function toList(option: Readonly<Record<string, string | readonly string[] | undefined>>): string[] | undefined {
  for (const [name, value] of Object.entries<unknown>(option)) {
    if (value === undefined) continue;
    const list: unknown[] = Array.isArray(value) ? value : [value];
    if (list.every((pattern) => typeof pattern === "string")) return [...list];
    throw new InvalidInputError(`${name} must be a pattern, such as "*.bin", or a list of patterns`);
  }
  return undefined;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
