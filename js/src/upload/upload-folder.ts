/** A folder, in one commit. */
import { Job, type UploadJob } from "./job.js";
import { joinPath } from "./operations.js";
import { push, type Planned, type PushParams } from "./push.js";
import { HubferryError, type ErrorCode } from "../errors.js";
import { refuse } from "../hub/params.js";
import { blobSource } from "../source/blob.js";
import { SKIPPED } from "../source/folder/walk.js";
import { collectFiles, type CollectedFile, type FolderSource } from "../source/folder/collect.js";

/** What an upload of a folder takes. */
export interface UploadFolderParams extends PushParams {
  /** A drop, chosen files, a directory handle or entry, a `Map`, or (in runtimes with a disk) a path or `file:` URL. */
  folder: FolderSource | null;
  /** Folder in the repo that gets the files. @default the root */
  pathInRepo?: string | undefined;
  /** Only files that match one of these, relative to the folder; as Python's `allow_patterns`. */
  allowPatterns?: string | readonly string[] | undefined;
  /** No files that match one of these; as Python's `ignore_patterns`. `.git` and the like are always left out. */
  ignorePatterns?: string | readonly string[] | undefined;
  /** First line of the commit's message. @default "Upload folder using hubferry" */
  commitTitle?: string | undefined;
  /** The rest of the commit's message. */
  commitDescription?: string | undefined;
  /** One commit for everything. "auto" is not supported by this version. @default "one" */
  commits?: "one" | undefined;
  /** Who applies ignore files: the Hub, as for Python. "local" is not supported by this version. @default "hub" */
  gitignore?: "hub" | undefined;
}

/** Reasons that need no warning. */
const ON_PURPOSE: ReadonlySet<string> = new Set(Object.values(SKIPPED));
/** Paths named in a message; the rest are counted. */
const NAMED = 5;

/**
 * Uploads a folder in one commit. Files that the repo has already are not sent; when nothing would change, no commit is
 * made.
 *
 * A drop must be given in the handler of its event, before the first `await`. One folder that was dropped or chosen stands
 * for its contents, as in `hf upload ./folder`.
 *
 * @example
 * await uploadFolder({ repo: "datasets/me/photos", accessToken, folder: event.dataTransfer, ignorePatterns: "*.tmp" });
 */
export function uploadFolder(params: UploadFolderParams): UploadJob {
  return new Job(async (control) => {
    refuseLater(params);
    const { folder, pathInRepo = "", allowPatterns, ignorePatterns, commitTitle, commitDescription } = params;
    const unreadable: HubferryError[] = [];
    const leftOut = new Map<string, string[]>();
    // Now: a drop is empty after the first await.
    const files = collectFiles(folder, {
      allowPatterns,
      ignorePatterns,
      abortSignal: control.signal,
      onSkip: (path, reason) => {
        if (ON_PURPOSE.has(reason)) return;
        const paths = leftOut.get(reason) ?? [];
        paths.push(path);
        leftOut.set(reason, paths);
      },
      onError: (_, error) => {
        unreadable.push(error);
      },
    });
    const message = { title: commitTitle ?? "Upload folder using hubferry", description: commitDescription };
    const tellLeftOut = (): void => {
      for (const [reason, paths] of leftOut) {
        control.emit({ event: "warning", code: "left_out", message: `Left out: ${reason}`, paths });
      }
    };
    return await push(params, message, plan(files, pathInRepo, unreadable, tellLeftOut), control);
  }, params.abortSignal);
}

async function* plan(
  files: AsyncIterable<CollectedFile>,
  pathInRepo: string,
  unreadable: readonly HubferryError[],
  listed: () => void,
): AsyncGenerator<Planned> {
  for await (const { path, content } of files) {
    yield { operation: "addOrUpdate", path: joinPath(pathInRepo, path), source: blobSource(content) };
  }
  listed();
  // A folder is pushed whole or not at all.
  const [first] = unreadable;
  if (first !== undefined) throw notWhole(first.code, unreadable);
}

function notWhole(code: ErrorCode, errors: readonly HubferryError[]): HubferryError {
  const named = errors.slice(0, NAMED).map((error) => error.message);
  const more = errors.length > NAMED ? ` and ${errors.length - NAMED} more` : "";
  const message = `The folder was not pushed, because not all of it can be read: ${named.join("; ")}${more}`;
  return new HubferryError(code, message, { path: errors[0]?.path });
}

/** Options of `uploadFolder` that this version knows of but cannot honour. */
function refuseLater(params: object): void {
  const { commits, gitignore, deletePatterns, dryRun, resume, planCommits } = params as Record<string, unknown>;
  refuse({
    'commits: "auto"': commits !== undefined && commits !== "one",
    'gitignore (other than "hub")': gitignore !== undefined && gitignore !== "hub",
    deletePatterns,
    dryRun,
    resume,
    planCommits,
  });
}
