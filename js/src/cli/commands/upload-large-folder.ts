/** `hubferry upload-large-folder`: a folder in as many commits as it takes, whatever happens on the way. */
import { resolve } from "node:path";
import { uploadLargeFolder } from "../../entry/node.js";
import type { RepoType } from "../../hub/params.js";
import { ensureRepo } from "../../hub/ensure-repo.js";
import { hubParams, type CommonOptions, type Context } from "../context.js";
import { follow } from "../progress/push.js";
import { readTarget } from "../target.js";
import { tellResult } from "./upload.js";

/** The options of the command. */
export interface UploadLargeFolderOptions extends CommonOptions {
  readonly repoType?: RepoType;
  readonly revision?: string;
  readonly private?: boolean;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly numWorkers?: number;
}

/** Runs it. */
export async function uploadLarge(
  [repoId, folder]: readonly [string, string],
  options: UploadLargeFolderOptions,
  context: Context,
): Promise<void> {
  const { repo: wanted, revision, path } = readTarget(repoId, options);
  const hub = await hubParams(context, options.token);
  const repo = await ensureRepo({ ...hub, repo: wanted, visibility: options.private === true ? "private" : undefined });
  const params = {
    ...{ ...hub, repo, branch: revision, createBranch: revision !== undefined, pathInRepo: path },
    ...{ folder: resolve(folder), allowPatterns: options.include, ignorePatterns: options.exclude },
    ...{ numWorkers: options.numWorkers, gitignore: "hub" as const },
  };
  tellResult(await follow(() => uploadLargeFolder(params), context, true), context);
}
