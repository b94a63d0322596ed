/** Whether a file is there. */
import { call } from "./call.js";
import { compact, repoSpec, type RepoParams } from "./params.js";

/** Which file. */
export interface FileExistsParams extends RepoParams {
  /** Full path in the repo. */
  path: string;
  /** Branch, tag or commit id. @default "main" */
  revision?: string | undefined;
}

/** Tells whether a file is there; false as well when the repo or the revision is not. */
export async function fileExists(params: FileExistsParams): Promise<boolean> {
  const { path, revision } = params;
  return await call(params, { type: "fileExists", repo: repoSpec(params.repo), path, ...compact({ revision }) });
}
