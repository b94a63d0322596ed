/** Deletes files of a repo, by name or by pattern, in one commit. */
import { startCommit } from "./commit.js";
import type { DeleteParams } from "./delete-file.js";
import { Job, type UploadJob } from "./job.js";
import type { CommitDeletedEntry } from "./operations.js";
import { push, type Planned } from "./push.js";
import { InvalidInputError } from "../errors.js";

/** Which files are deleted: these, or those that match. */
export type DeleteFilesParams = DeleteParams &
  (
    | {
        /** Full paths in the repo; a folder's ends in `/`. */
        paths: readonly string[];
        patterns?: undefined;
      }
    | {
        /** As Python's `delete_patterns`; `.gitattributes` at the root stays. */
        patterns: string | readonly string[];
        paths?: undefined;
      }
  );

/**
 * Deletes files in one commit. When no file matches the patterns, no commit is made and the result is the head that was found.
 *
 * Errors: `entry_not_found` when one of the paths is not there.
 *
 * @example
 * await deleteFiles({ repo: "me/model", accessToken, patterns: ["checkpoints/", "*.tmp"] });
 */
export function deleteFiles(params: DeleteFilesParams): UploadJob {
  const { paths, patterns, commitTitle, commitDescription: description } = params;
  if (patterns === undefined) {
    const title = commitTitle ?? `Deletes ${lengthOf(paths)} files`;
    return startCommit({ ...params, title, description, operations: deletions(paths) });
  }
  return new Job(async (control) => {
    const list = patternList(patterns);
    const message = { title: commitTitle ?? `Delete files ${list.join(" ")} with hubferry`, description };
    return await push(params, message, nothing(), control, { deletePatterns: list });
  }, params.abortSignal);
}

function* deletions(paths: unknown): Generator<CommitDeletedEntry, void, void> {
  if (!Array.isArray(paths)) throw new InvalidInputError("paths must be a list of paths; for patterns give patterns");
  for (const path of paths as readonly string[]) yield { operation: "delete", path };
}

/** Looked at before it is known to be a list. */
function lengthOf(paths: unknown): number {
  return Array.isArray(paths) ? paths.length : 0;
}

function patternList(patterns: unknown): string[] {
  const list: unknown = typeof patterns === "string" ? [patterns] : patterns;
  if (Array.isArray(list) && list.every((pattern) => typeof pattern === "string")) return list;
  throw new InvalidInputError('patterns must be a pattern like "*.tmp" or a list of them');
}

/** Adds no file: what goes is found by the engine. */
async function* nothing(): AsyncGenerator<Planned, void, void> {
  // There is nothing to plan.
}
