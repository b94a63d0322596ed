/**
 * Says why bytes could not be read, in one of the engine's words.
 *
 * "Changed" means that the file is not what was taken in: choosing it again helps. "Unreadable" means that it cannot be
 * read as it is. The path is not part of the sentence: the engine knows it.
 */
import { isHubferryError } from "../errors.js";
import type { FailureView } from "../wire.js";

/** What was known of a file, or is known now. */
export interface Fingerprint {
  readonly size: number;
  readonly lastModified: number | undefined;
}

/** Codes that an error of ours may keep when it becomes a failure. */
const KEPT: ReadonlySet<string> = new Set<FailureView["code"]>([
  "offline",
  "blocked",
  "timeout",
  "file_changed",
  "file_unreadable",
  "unsupported",
]);

/** Tells whether a file is not what it was. */
export function compare(before: Fingerprint, now: Fingerprint): FailureView | undefined {
  if (before.size !== now.size) {
    return { code: "file_changed", message: `it had ${before.size} bytes and now has ${now.size}` };
  }
  if (before.lastModified !== now.lastModified) {
    return { code: "file_changed", message: "it was written to after it was chosen" };
  }
  return undefined;
}

/** A read that brought another number of bytes than the file should have. */
export function shortRead(expected: number, found: number): FailureView {
  return { code: "file_changed", message: `${expected} bytes were expected, ${found} were read` };
}

/** Describes what a read threw. */
export function readFailureOf(thrown: unknown): FailureView {
  if (isHubferryError(thrown) && KEPT.has(thrown.code)) {
    return { code: thrown.code as FailureView["code"], message: thrown.message };
  }
  const { name, message } = thrown instanceof Error ? thrown : { name: "", message: "" };
  if (name === "NotFoundError") return { code: "file_changed", message: "it is not there any more" };
  // Chromium says this of a file that changed, one that it may not read, and one too large to be read at once.
  if (name === "NotReadableError") {
    return { code: "file_unreadable", message: "the browser can no longer read it: it may have changed or moved" };
  }
  return { code: "file_unreadable", message: message === "" ? "no reason was given" : message };
}
