/** A folder, in one commit. */
import { FolderChecking, type FolderFinding } from "./check-folder.js";
import { Job, type Control, type UploadJob } from "./job.js";
import { LeftOut } from "./left-out.js";
import { joinPath } from "./operations.js";
import { push, type Planned, type PushParams } from "./push.js";
import { orAborted } from "../abort.js";
import { engine } from "../engine.js";
import { HubferryError, InvalidInputError, type ErrorCode } from "../errors.js";
import { checkTexts, refuse } from "../hub/params.js";
import { platform } from "../platform.js";
import { blobSource } from "../source/blob.js";
import { collectFiles, type CollectedFile, type FolderSource, type GitignoreOption } from "../source/folder/collect.js";
import { toList } from "../source/folder/rules.js";

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
  /**
   * Files of the repo that match one of these, relative to `pathInRepo`, go in the same commit, unless the folder brings them;
   * as Python's `delete_patterns`. "*" makes `pathInRepo` a mirror of the folder. The root's `.gitattributes` never goes.
   */
  deletePatterns?: string | readonly string[] | undefined;
  /** First line of the commit's message. @default "Upload folder using hubferry" */
  commitTitle?: string | undefined;
  /** The rest of the commit's message. */
  commitDescription?: string | undefined;
  /** One commit for everything. "auto" is not supported by this version. @default "one" */
  commits?: "one" | undefined;
  /**
   * Who applies ignore files. "local": the folder's own `.gitignore` files, root and nested, with git's meaning, and then the
   * Hub; "hub": the Hub alone, as for Python; `false`: nobody. @default "local"
   */
  gitignore?: GitignoreOption | undefined;
}

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
    const { folder, pathInRepo, allowPatterns, ignorePatterns, deletePatterns, gitignore, ...rest } = params;
    const { commitTitle, commitDescription } = rest;
    checkTexts({ pathInRepo });
    const unreadable: HubferryError[] = [];
    const leftOut = new LeftOut();
    // Now: a drop is empty after the first await.
    const files = collectFiles(folder, {
      allowPatterns,
      ignorePatterns,
      gitignore,
      abortSignal: control.signal,
      onSkip: (path, reason, skip) => {
        leftOut.add(path, reason, skip);
      },
      onError: (_, error) => {
        // An ignore file that has no effect; the file itself may be fine.
        if (error.code === "invalid_input") leftOut.refuse(error);
        else unreadable.push(error);
      },
    });
    const message = { title: commitTitle ?? "Upload folder using hubferry", description: commitDescription };
    const rules = {
      ignoreByHub: gitignore !== false,
      deletePatterns: toList({ deletePatterns }),
      deleteUnder: pathInRepo,
    };
    return await push(params, message, plan(params, files, unreadable, leftOut, control), control, rules);
  }, params.abortSignal);
}

async function* plan(
  { repo, pathInRepo = "" }: UploadFolderParams,
  files: AsyncIterable<CollectedFile>,
  unreadable: readonly HubferryError[],
  leftOut: LeftOut,
  control: Control,
): AsyncGenerator<Planned> {
  const check = new FolderChecking(await orAborted(engine(), control.signal), repo);
  // In a page this thread reads no file: there, names have to do.
  const mayRead = platform().disk !== undefined;
  try {
    for await (const { path: inFolder, content, size } of files) {
      const path = joinPath(pathInRepo, inFolder);
      if (check.add({ path, size, content: mayRead ? content : undefined })) await check.look();
      yield { operation: "addOrUpdate", path, source: blobSource(content) };
    }
    for (const warning of leftOut.warnings()) control.emit(warning);
    // A folder is pushed whole or not at all.
    const [first] = unreadable;
    if (first !== undefined) throw notWhole(first.code, unreadable);
    for (const finding of await check.finish()) tell(finding, control);
  } finally {
    check.free();
  }
}

/** A finding of the check: an error ends the push before anything is asked, a warning is told. */
function tell({ code, severity, message, paths }: FolderFinding, control: Control): void {
  if (severity === "warning") {
    control.emit({ event: "warning", code, message, paths });
    return;
  }
  const named = paths.slice(0, NAMED).map((path) => JSON.stringify(path));
  throw new InvalidInputError(`${message}: ${named.join(", ")}`, { path: paths[0] });
}

function notWhole(code: ErrorCode, errors: readonly HubferryError[]): HubferryError {
  const named = errors.slice(0, NAMED).map((error) => error.message);
  const more = errors.length > NAMED ? ` and ${errors.length - NAMED} more` : "";
  const message = `The folder was not pushed, because not all of it can be read: ${named.join("; ")}${more}`;
  return new HubferryError(code, message, { path: errors[0]?.path });
}

/** Options of `uploadFolder` that this version knows of but cannot honour. */
function refuseLater(params: object): void {
  const { commits, dryRun, resume, planCommits } = params as Record<string, unknown>;
  refuse({
    'commits: "auto"': commits !== undefined && commits !== "one",
    dryRun,
    resume,
    planCommits,
  });
}
