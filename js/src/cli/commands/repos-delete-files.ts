/** `hubferry repos delete-files`: deletes files of a repo in one commit, by the patterns of `hf repos delete-files`. */
import { deleteFiles } from "../../entry/node.js";
import type { RepoType } from "../../hub/params.js";
import { hubParams, type CommonOptions, type Context } from "../context.js";
import { follow } from "../progress/push.js";
import { readRepo } from "../target.js";
import { tellResult } from "./upload.js";

/** The options of the command. */
export interface DeleteFilesOptions extends CommonOptions {
  readonly repoType?: RepoType;
  readonly revision?: string;
  readonly commitMessage?: string;
  readonly commitDescription?: string;
  readonly createPr?: boolean;
}

/** Runs it. */
export async function removeFiles(
  [repoId, patterns]: readonly [string, readonly string[]],
  options: DeleteFilesOptions,
  context: Context,
): Promise<void> {
  const { repo, revision } = readRepo(repoId, options, true);
  const { createPr, commitMessage, commitDescription } = options;
  const hub = await hubParams(context, options.token);
  const params = { ...hub, repo, patterns, branch: revision, isPullRequest: createPr };
  const message = { commitTitle: commitMessage, commitDescription };
  tellResult(await follow(() => deleteFiles({ ...params, ...message }), context, false), context);
}
