/** `hubferry repos delete`: deletes a repo for good, after a question. */
import { deleteRepo } from "../../entry/node.js";
import { InvalidInputError, isHubferryError } from "../../errors.js";
import type { RepoType } from "../../hub/params.js";
import { hubParams, type CommonOptions, type Context } from "../context.js";
import { askWhether } from "../prompt.js";
import { readRepo } from "../target.js";

/** The options of the command. */
export interface DeleteOptions extends CommonOptions {
  readonly repoType?: RepoType;
  readonly missingOk?: boolean;
  readonly yes?: boolean;
}

/** Runs it. */
export async function removeRepo(repoId: string, options: DeleteOptions, context: Context): Promise<void> {
  const { repo } = readRepo(repoId, options, false);
  const question = `Delete the ${repo.type} ${repo.name} with everything in it, for good? [y/N] `;
  if (options.yes !== true) {
    // Who reads by program cannot be asked.
    if (context.out.mode !== "human") throw new InvalidInputError("Nothing was deleted: give --yes to do so unasked");
    if (!(await askWhether(question, context))) throw new InvalidInputError("Nothing was deleted");
  }
  const hub = await hubParams(context, options.token);
  try {
    await deleteRepo({ ...hub, repo });
  } catch (error) {
    if (options.missingOk !== true || !isHubferryError(error) || error.code !== "repo_not_found") throw error;
  }
  context.out.result(repo.name, { repo });
}
