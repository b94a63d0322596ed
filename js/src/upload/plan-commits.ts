/** Which files go with the next of several commits: the engine's rule, and how a caller replaces it. */
import { engine } from "../engine.js";
import { InvalidInputError, toError } from "../errors.js";
import type { PlanCommit } from "../io.js";
import { planCommit } from "../wasm/core.js";

/** What there is to choose from. */
export interface CommitState {
  /** The first files that can be committed: their content is stored, or goes inline. In the order of the folder. */
  files: {
    /** In the repo. */
    path: string;
    /** In bytes. */
    size: number;
    /** Its content stands in the commit itself; a commit takes 1 GB of that. */
    inline: boolean;
  }[];
  /** Others may come. */
  more: boolean;
  /** Files that the commit should have at most; grows while commits are quick, shrinks when they are slow. */
  most: number;
  /** Since the last commit, or since the push began. */
  waitedMs: number;
  /** Commits made so far. */
  commits: number;
}

/** Says how many of the files, from the first, the next commit gets; 0 to wait for more. */
export type PlanCommits = (state: CommitState) => number | Promise<number>;

/**
 * The rule by which uploads with `commits: "auto"` go: a commit is made when it is full, by count or by 100 MiB of inline content,
 * when nothing more can come, or when it has waited for five minutes.
 *
 * @example
 * await uploadFolder({ repo, accessToken, folder, commits: "auto", planCommits: (state) => planCommits({ ...state, most: 100 }) });
 */
export async function planCommits(state: CommitState): Promise<number> {
  await engine();
  try {
    return planCommit(state);
  } catch (error) {
    throw toError(error);
  }
}

/** A caller's rule as the engine asks it. */
export function asked(plan: PlanCommits): PlanCommit {
  if (typeof plan !== "function") throw new InvalidInputError("planCommits must be a function");
  return async (state) => {
    const files = await plan(state);
    if (Number.isSafeInteger(files) && files >= 0) return files;
    throw new InvalidInputError("planCommits must give the number of files for the next commit, or 0 to wait");
  };
}
