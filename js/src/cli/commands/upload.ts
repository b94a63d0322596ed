/** `hubferry upload`: a file or a folder, by the rules of `hf upload`. */
import { stat } from "node:fs/promises";
import { posix, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { uploadFile, uploadFolder, type CommitOutput, type HubParams, type UploadJob } from "../../entry/node.js";
import { InvalidInputError } from "../../errors.js";
import type { RepoId, RepoType } from "../../hub/params.js";
import { ensureRepo } from "../../hub/ensure-repo.js";
import { hubParams, type CommonOptions, type Context } from "../context.js";
import { FAILED } from "../failure.js";
import { follow, KEPT } from "../progress/push.js";
import { readTarget } from "../target.js";
import { findUploadPaths, type UploadPaths } from "../upload-paths.js";

/** The options of the command. */
export interface UploadOptions extends CommonOptions {
  readonly repoType?: RepoType;
  readonly revision?: string;
  readonly private?: boolean;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly delete?: readonly string[];
  readonly commitMessage?: string;
  readonly commitDescription?: string;
  readonly createPr?: boolean;
  /** Minutes. */
  readonly every?: number;
  readonly dryRun?: boolean;
}

/** An upload, with everything filled in. */
export interface UploadTask {
  readonly repo: RepoId;
  readonly paths: UploadPaths;
  readonly options: UploadOptions;
  readonly hub: HubParams;
}

/** Runs it. */
export async function upload(
  [repoId, localPath, pathInRepo]: readonly [
    repoId: string,
    localPath: string | undefined,
    pathInRepo: string | undefined,
  ],
  options: UploadOptions,
  context: Context,
): Promise<void> {
  const target = readTarget(repoId, options);
  if (target.path !== undefined && pathInRepo !== undefined)
    throw new InvalidInputError(`The address names a path already (${target.path}), and so does ${pathInRepo}`);
  const paths = await findUploadPaths(target.repo.name, localPath, pathInRepo ?? target.path, options.include);
  warnOfIgnored(paths, options, context);
  const hub = await hubParams(context, options.token);
  const said = { ...options, ...(target.revision !== undefined && { revision: target.revision }) };
  const task = { repo: target.repo, paths, options: said, hub };
  if (options.every !== undefined) {
    const { keepUploading } = await import("./upload-every.js");
    await keepUploading(task, options.every, context);
    return;
  }
  if (paths.kind === undefined)
    throw new InvalidInputError(`There is no file or folder ${JSON.stringify(paths.local)}: check the path`);
  if (paths.kind === "file" && /(?:^|\/)\.?$/.test(paths.inRepo))
    throw new InvalidInputError(`${JSON.stringify(paths.inRepo)} is a folder: say what the file is called there`);
  if (options.dryRun === true) {
    const { tellPlan } = await import("./upload-plan.js");
    await tellPlan(task, context);
    return;
  }
  const repo = await ensureRepo({
    ...hub,
    repo: target.repo,
    visibility: options.private === true ? "private" : undefined,
  });
  const continues = await isContinued(paths);
  const begin = pushOf({ ...task, repo }, continues);
  const output = await follow(begin, context, continues);
  tellResult(output, context);
}

/** The last words of a push that has ended. One that left files behind has not done what was asked, and the exit code says so. */
export function tellResult(output: CommitOutput, { out }: Pick<Context, "out">): void {
  const { commit, commits, pullRequestUrl } = output;
  const failed = output.files.filter(({ state }) => state === "failed");
  if (failed.length > 0) {
    out.warn(`${failed.length} of ${output.files.length} files could not be read and are not there`);
    out.exitCode = FAILED;
  }
  if (commits.length === 0) out.line("Nothing has changed: no commit was made");
  if (commits.length > 1) out.line(`Made ${commits.length} commits`);
  if (pullRequestUrl !== undefined) out.line(`Pull request: ${pullRequestUrl}`);
  out.result(commit.url, { url: commit.url, ...output });
}

/** What the folder's push is told, also one that only finds out. */
export function folderParams({ repo, paths, options, hub }: UploadTask): Parameters<typeof uploadFolder>[0] {
  const { revision, createPr, commitMessage, commitDescription } = options;
  const isFile = paths.kind === "file";
  const local = resolve(paths.local);
  const folder = isFile ? new Map([[posix.basename(paths.inRepo), pathToFileURL(local)]]) : local;
  return {
    ...hub,
    repo,
    folder,
    pathInRepo: isFile ? posix.dirname(paths.inRepo) : paths.inRepo,
    ...(!isFile && { allowPatterns: paths.include, ignorePatterns: options.exclude, deletePatterns: options.delete }),
    branch: revision,
    createBranch: revision !== undefined && createPr !== true,
    isPullRequest: createPr,
    commitTitle: commitMessage ?? (isFile ? `Upload ${paths.inRepo} with hubferry` : undefined),
    commitDescription,
    commits: "auto",
    // The Hub decides, as for its own command line.
    gitignore: "hub",
  };
}

/** Whether the push may be continued. A file that is worth it is pushed as a folder of one, which can be. */
async function isContinued({ kind, local }: UploadPaths): Promise<boolean> {
  return kind !== "file" || (await stat(local)).size >= KEPT.bytes;
}

/** What begins the push. */
function pushOf(task: UploadTask, continues: boolean): () => UploadJob {
  const { paths, options, hub, repo } = task;
  const params = folderParams(task);
  if (continues) return () => uploadFolder(params);
  const { branch, createBranch, isPullRequest, commitTitle } = params;
  const file = { path: paths.inRepo, content: pathToFileURL(resolve(paths.local)) };
  const { commitDescription } = options;
  return () => uploadFile({ ...hub, repo, file, branch, createBranch, isPullRequest, commitTitle, commitDescription });
}

function warnOfIgnored({ kind }: UploadPaths, options: UploadOptions, { out }: Context): void {
  const names = ["include", "exclude", "delete"] as const;
  if (kind !== "file") return;
  for (const name of names)
    if ((options[name]?.length ?? 0) > 0) out.warn(`--${name} is ignored, because a single file is uploaded`);
}
