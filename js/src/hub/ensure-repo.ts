/** A repo that is there: made when it is missing. Called by whoever pushes on behalf of people that made none. */
import { createRepo } from "./create-repo.js";
import type { RepoDesignation, RepoId, RepoParams } from "./params.js";

/** How a missing repo is made. */
export interface EnsureRepoParams extends RepoParams {
  /** Who sees it. @default what the account has set */
  visibility?: "public" | "private" | undefined;
}

/** Makes the repo unless it is there; a Space runs Gradio, as by `hf upload`. Brings it with its namespace. */
export async function ensureRepo<R extends RepoDesignation>(
  params: EnsureRepoParams & { repo: R },
): Promise<R | RepoId> {
  const { repo } = params;
  const isSpace = typeof repo === "string" ? repo.startsWith("spaces/") : repo.type === "space";
  const { repoUrl } = await createRepo({ ...params, existOk: true, sdk: isSpace ? "gradio" : undefined });
  if (typeof repo === "string" || repo.name.includes("/")) return repo;
  // The namespace that was left out is the account's own, which the Hub names.
  return { type: repo.type, name: new URL(repoUrl).pathname.split("/").slice(-2).join("/") };
}
