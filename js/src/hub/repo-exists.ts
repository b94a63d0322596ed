/** Whether a repo is there. */
import { HubferryError } from "../errors.js";
import { call } from "./call.js";
import { repoSpec, type RepoParams } from "./params.js";

/** Which repo, and whether it must have a revision. */
export interface RepoExistsParams extends RepoParams {
  /** A branch, tag or commit id that it must have. */
  revision?: string | undefined;
}

/** Tells whether a repo is there and this token may see it. */
export async function repoExists(params: RepoExistsParams): Promise<boolean> {
  const repo = repoSpec(params.repo);
  const exists = await call(params, { type: "repoExists", repo });
  if (!exists || params.revision === undefined) return exists;
  try {
    await call(params, { type: "repoInfo", repo, revision: params.revision });
    return true;
  } catch (error) {
    if (error instanceof HubferryError && error.code === "revision_not_found") return false;
    throw error;
  }
}
