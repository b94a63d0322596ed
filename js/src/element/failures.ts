/**
 * Files that a push left behind, by what went wrong and what to do about it.
 *
 * Invariant: every file that the job calls failed is listed, also one whose reason was never told.
 */
import { adviceOn } from "./failure.js";
import type { FileFailure, Transfer } from "./transfer.js";

/** Files with the same next step. */
export interface FailureGroup {
  /** What happened, in a few words. */
  readonly title: string;
  /** What to do. */
  readonly advice: string;
  readonly files: readonly FileFailure[];
}

/** Groups what a push has left behind. */
export function failuresOf({ files, failures }: Pick<Transfer, "files" | "failures">): FailureGroup[] {
  const told = new Map(failures.map((failure) => [failure.path, failure]));
  const groups = new Map<string, FileFailure[]>();
  for (const path of files.pathsOf("failed")) {
    const failure = told.get(path) ?? { path, code: "file_unreadable", message: "" };
    groups.set(failure.code, [...(groups.get(failure.code) ?? []), failure]);
  }
  return Array.from(groups, ([code, found]) => ({ ...adviceOn(code), files: found }));
}
