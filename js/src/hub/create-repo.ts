/** Makes a repo. */
import { chooseCompute } from "../compute/choose.js";
import { engine } from "../engine.js";
import { fromFailure, toError } from "../errors.js";
import { toBlob } from "../source/content.js";
import { call } from "./call.js";
import { compact, refuse, repoSpec, type RepoParams } from "./params.js";

/** What runs a Space. */
export type SpaceSdk = "streamlit" | "gradio" | "docker" | "static";

/** How a repo is made. */
export interface CreateRepoParams extends RepoParams {
  /** Who sees it; "protected" is for Spaces. @default what the account has set */
  visibility?: "public" | "private" | "protected" | undefined;
  /** @deprecated Give `visibility` instead. */
  private?: boolean | undefined;
  /** Identifier of a license, for its README. */
  license?: string | undefined;
  /** Small files that it starts with. */
  files?: readonly { content: ArrayBuffer | Blob; path: string }[] | undefined;
  /** What runs a Space. @default "static" */
  sdk?: SpaceSdk | undefined;
  /**
   * Fine if it is there already, also for a token that may not make it.
   *
   * @default false: that is an error with the code `conflict`
   */
  existOk?: boolean | undefined;
  /** Not supported by this version. */
  resourceGroupId?: string | undefined;
}

/**
 * Makes a repo.
 *
 * @example
 * const { repoUrl } = await createRepo({ repo: "datasets/me/photos", accessToken, visibility: "private" });
 */
export async function createRepo(params: CreateRepoParams): Promise<{ repoUrl: string; id: string }> {
  refuse({ resourceGroupId: params.resourceGroupId });
  // Present for old callers.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const { private: hidden } = params;
  const repo = repoSpec(params.repo);
  const { url, name, id, unlessThere } = await call(params, {
    type: "createRepo",
    repo,
    ...compact({
      visibility: params.visibility ?? (hidden === undefined ? undefined : hidden ? "private" : "public"),
      license: params.license,
      sdk: params.sdk,
      existOk: params.existOk,
      files: params.files && (await Promise.all(params.files.map(encodeFile))),
    }),
  });
  if (unlessThere !== undefined && !(await call(params, { type: "repoExists", repo }))) throw toError(unlessThere);
  return { repoUrl: url, id: id ?? name };
}

async function encodeFile({
  path,
  content,
}: {
  path: string;
  content: ArrayBuffer | Blob;
}): Promise<{ path: string; content: string }> {
  await engine();
  const compute = await chooseCompute(undefined);
  const blob = await toBlob(content, { path });
  const part = { blob, start: 0, end: blob.size, base64: true };
  const done = await compute.run({ kind: "assemble", parts: [part] }, { signal: new AbortController().signal });
  if (done.kind === "failed")
    throw fromFailure({ ...done.failure, message: `${path} cannot be read (${done.failure.message})` });
  return { path, content: done.kind === "assembled" ? await done.blob.text() : "" };
}
