/** `hubferry repos create`: makes a repo, by the rules of `hf repos create`. */
import { createRepo, type SpaceSdk } from "../../entry/node.js";
import { InvalidInputError } from "../../errors.js";
import type { RepoType } from "../../hub/params.js";
import { hubParams, type CommonOptions, type Context } from "../context.js";
import { readRepo } from "../target.js";

/** The options of the command. */
export interface CreateOptions extends CommonOptions {
  readonly repoType?: RepoType;
  readonly sdk?: SpaceSdk;
  readonly private?: boolean;
  readonly public?: boolean;
  readonly protected?: boolean;
  readonly existOk?: boolean;
}

/** Runs it. */
export async function makeRepo(repoId: string, options: CreateOptions, context: Context): Promise<void> {
  const { sdk, existOk } = options;
  const { repo } = readRepo(repoId, options, false);
  if (repo.type === "space" && sdk === undefined)
    throw new InvalidInputError("Say what runs the Space: --sdk gradio, docker, streamlit or static");
  const visibility = (["private", "public", "protected"] as const).find((name) => options[name] === true);
  const hub = await hubParams(context, options.token);
  const { repoUrl } = await createRepo({ ...hub, repo, sdk, visibility, existOk });
  context.out.result(repoUrl, { url: repoUrl });
}
