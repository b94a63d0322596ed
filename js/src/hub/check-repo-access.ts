/** Whether a repo can be read. */
import { call } from "./call.js";
import { repoSpec, type RepoParams } from "./params.js";

/**
 * Resolves when this token, or nobody without one, may read the repo.
 *
 * Errors: a `HubApiError` whose `code` says why not: `repo_not_found` (also for a private repo that hides), `unauthorized`,
 * `forbidden`, `gated`.
 */
export async function checkRepoAccess(params: RepoParams): Promise<void> {
  await call(params, { type: "repoInfo", repo: repoSpec(params.repo) });
}
