/** Deletes a repo. */
import { call } from "./call.js";
import { repoSpec, type RepoParams } from "./params.js";

/** Deletes a repo with everything in it, for good. */
export async function deleteRepo(params: RepoParams): Promise<void> {
  await call(params, { type: "deleteRepo", repo: repoSpec(params.repo) });
}
