/** A folder, in one commit or in several. */
import { FolderChecking, type FolderFinding } from "./check-folder.js";
import { Job, type Control, type UploadJob } from "./job.js";
import { LeftOut } from "./left-out.js";
import { joinPath } from "./operations.js";
import { asked, type PlanCommits } from "./plan-commits.js";
import { pushFor, commitOutput, type Conclude, type Planned, type PushParams } from "./push.js";
import { Planning, type UploadPlan } from "./upload-plan.js";
import type { CommitOutput, Progress, UploadEvent } from "./events.js";
import { orAborted } from "../abort.js";
import { engine } from "../engine.js";
import { HubferryError, InvalidInputError, type ErrorCode } from "../errors.js";
import { checkTexts } from "../hub/params.js";
import type { ResumeOptions } from "../journal/open.js";
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
  /**
   * One commit for everything, or as many as it takes: "auto" commits files as soon as they are stored, while later ones are read
   * and sent. Titles get ` (part 2)`, ` (part 3)`; what is deleted goes with the first commit. @default "one"
   */
  commits?: "one" | "auto" | undefined;
  /** With `commits: "auto"`: says which files go with the next commit. @default the function `planCommits` */
  planCommits?: PlanCommits | undefined;
  /**
   * What becomes of a file that changes, vanishes or cannot be read: the end of the upload, or a warning (`file_skipped`), and the
   * rest goes on. @default "fail"
   */
  onFileError?: "fail" | "skip" | undefined;
  /** Told how far the upload is, every `reportSeconds`. */
  onReport?: ((progress: Progress) => void) | undefined;
  /** @default 60 */
  reportSeconds?: number | undefined;
  /** Resolve with what would be done, and change nothing on the Hub: as {@link UploadFolderPlanParams}. @default false */
  dryRun?: false | undefined;
  /**
   * Who applies ignore files. "local": the folder's own `.gitignore` files, root and nested, with git's meaning, and then the
   * Hub; "hub": the Hub alone, as for Python; `false`: nobody. @default "local"
   */
  gitignore?: GitignoreOption | undefined;
  /**
   * Keep on this device what is done, so that the same call goes on where a closed tab, a crash or a failure has ended it. Only for
   * 32 MiB or 1,000 files and more, and for files that have a date. See `scanCache` and `deleteCache`. @default true
   */
  resume?: boolean | ResumeOptions | undefined;
}

/** The same, to find out what would be done. */
export type UploadFolderPlanParams = Omit<UploadFolderParams, "dryRun"> & { dryRun: true };

/** Seconds between two calls of `onReport`. */
const REPORT_SECONDS = 60;

/** Paths named in a message; the rest are counted. */
const NAMED = 5;

/**
 * Uploads a folder in one commit, or in several. Files that the repo has already are not sent; when nothing would change, no commit
 * is made.
 *
 * A drop must be given in the handler of its event, before the first `await`. One folder that was dropped or chosen stands
 * for its contents, as in `hf upload ./folder`.
 *
 * @example
 * await uploadFolder({ repo: "datasets/me/photos", accessToken, folder: event.dataTransfer, ignorePatterns: "*.tmp" });
 *
 * @example
 * const { added, deleted } = await uploadFolder({ repo, accessToken, folder, deletePatterns: "*", dryRun: true });
 */
export function uploadFolder(params: UploadFolderPlanParams): UploadJob<UploadPlan>;
export function uploadFolder(params: UploadFolderParams): UploadJob;
export function uploadFolder(
  params: UploadFolderParams | UploadFolderPlanParams,
): UploadJob<CommitOutput | UploadPlan> {
  return new Job<CommitOutput | UploadPlan>(async (job) => {
    const { folder, pathInRepo, allowPatterns, ignorePatterns, deletePatterns, gitignore, resume, ...rest } = params;
    const { commitTitle, commitDescription, commits, planCommits, onFileError, onReport, reportSeconds, dryRun } = rest;
    checkTexts({ pathInRepo, commits, onFileError });
    const planning = dryRun === true ? new Planning(pathInRepo ?? "") : undefined;
    const control = withReports(job, (event) => {
      if (event.event === "report") onReport?.(event.progress);
      planning?.note(event);
    });
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
        planning?.skip(path, skip);
      },
      onError: (_, error) => {
        // An ignore file that has no effect; the file itself may be fine.
        if (error.code === "invalid_input") leftOut.refuse(error);
        else unreadable.push(error);
      },
    });
    const message = { title: commitTitle ?? "Upload folder using hubferry", description: commitDescription };
    const rules = {
      commits,
      onFileError,
      dryRun,
      reportSeconds: onReport && (reportSeconds ?? REPORT_SECONDS),
      ignoreByHub: gitignore !== false,
      deletePatterns: toList({ deletePatterns }),
      deleteUnder: pathInRepo,
    };
    const conclude: Conclude<CommitOutput | UploadPlan> = async (output, machine) =>
      planning === undefined
        ? withUnreadable(await commitOutput(output, machine), unreadable, pathInRepo)
        : await planning.finish(output, machine);
    const operations = plan(params, files, unreadable, leftOut, control);
    const asks = planCommits && asked(planCommits);
    // What only finds out has nothing to go on with.
    const wish = planning === undefined ? { resume: resume ?? true, pathInRepo, title: commitTitle } : undefined;
    return await pushFor(conclude, params, message, operations, control, rules, asks, wish);
  }, params.abortSignal);
}

/** What a job makes of events, and somebody else, too. */
function withReports(control: Control, listen: (event: UploadEvent) => void): Control {
  const emit = (event: UploadEvent): void => {
    listen(event);
    control.emit(event);
  };
  return { ...control, emit };
}

/** Adds the files that the listing could not read. */
function withUnreadable(output: CommitOutput, unreadable: readonly HubferryError[], pathInRepo = ""): CommitOutput {
  for (const { path } of unreadable)
    if (path !== undefined) output.files.push({ path: joinPath(pathInRepo, path), size: 0, state: "failed" });
  return output;
}

async function* plan(
  { repo, pathInRepo = "", onFileError, deletePatterns }: UploadFolderParams | UploadFolderPlanParams,
  files: AsyncIterable<CollectedFile>,
  unreadable: readonly HubferryError[],
  leftOut: LeftOut,
  control: Control,
): AsyncGenerator<Planned> {
  await orAborted(engine(), control.signal);
  const check = new FolderChecking(repo);
  // In a page this thread reads no file: there, names have to do.
  const mayRead = platform().disk !== undefined;
  try {
    for await (const { path: inFolder, content, size } of files) {
      const path = joinPath(pathInRepo, inFolder);
      if (check.add({ path, size, content: mayRead ? content : undefined })) await check.look();
      yield { operation: "addOrUpdate", path, source: blobSource(content) };
    }
    for (const warning of leftOut.warnings()) control.emit(warning);
    const [first] = unreadable;
    if (first !== undefined) {
      // What cannot be listed must not be taken for gone.
      if (onFileError !== "skip" || deletePatterns !== undefined) throw notWhole(first.code, unreadable);
      for (const { message, path } of unreadable)
        control.emit({ event: "warning", code: "file_skipped", message, paths: path === undefined ? [] : [path] });
    }
    for (const finding of await check.finish()) tellFinding(finding, control);
  } finally {
    check.free();
  }
}

/** A finding of the check: an error ends the push before anything is asked, a warning is told. */
export function tellFinding({ code, severity, message, paths }: FolderFinding, control: Pick<Control, "emit">): void {
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
