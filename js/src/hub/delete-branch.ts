/** Deletes a branch. */
import { call } from "./call.js";
import { repoSpec, type RepoParams } from "./params.js";

/** Which branch is deleted. */
export interface DeleteBranchParams extends RepoParams {
  /** Its name. */
  branch: string;
}

/** Deletes a branch with its history. The Hub keeps `main`. */
export async function deleteBranch(params: DeleteBranchParams): Promise<void> {
  await call(params, { type: "deleteBranch", repo: repoSpec(params.repo), branch: params.branch });
}
