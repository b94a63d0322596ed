/** Makes a branch. */
import { call } from "./call.js";
import { compact, repoSpec, type RepoParams } from "./params.js";

/** How a branch is made. */
export interface CreateBranchParams extends RepoParams {
  /** Name of the new branch. */
  branch: string;
  /** Branch, tag or commit id to start from. @default the head of the default branch */
  revision?: string | undefined;
  /** Start without files and history. @default false */
  empty?: boolean | undefined;
  /** Move a branch that is there already; without `revision` and `empty` it stays as it is. @default false */
  overwrite?: boolean | undefined;
}

/** Makes a branch. One that is there already is an error with the code `conflict`, unless `overwrite` is set. */
export async function createBranch(params: CreateBranchParams): Promise<void> {
  const { branch, revision: startingPoint, empty, overwrite } = params;
  await call(params, {
    type: "createBranch",
    repo: repoSpec(params.repo),
    branch,
    ...compact({ startingPoint, empty, overwrite }),
  });
}
