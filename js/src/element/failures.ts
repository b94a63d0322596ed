/**
 * Files that a push left behind, and why.
 *
 * Invariant: every file that the job calls failed is listed, also one whose reason was never told.
 */
import type { FileFailure, Transfer } from "./transfer.js";

/** What to do about them. */
export const NEXT_STEP =
  "Wait until whatever writes them is done, and see that they are on this device and may be read; then push them again. If that fails, drop the folder again.";

/** What a push has left behind. */
export function failuresOf({ files, failures }: Pick<Transfer, "files" | "failures">): FileFailure[] {
  const told = new Map(failures.map((failure) => [failure.path, failure]));
  return files.pathsOf("failed").map((path) => ({ path, message: withoutPath(told.get(path)?.message ?? "", path) }));
}

/** A message that stands beside the path need not begin with it. */
function withoutPath(message: string, path: string): string {
  const named = `${JSON.stringify(path)} `;
  return message.startsWith(named) ? message.slice(named.length) : message;
}
