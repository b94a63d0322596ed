/** The history of a repo. */
import { InvalidInputError } from "../errors.js";
import { call } from "./call.js";
import { compact, repoSpec, type RepoParams } from "./params.js";

/** One commit of the history. */
export interface CommitData {
  /** Commit id. */
  oid: string;
  /** First line of its message. */
  title: string;
  /** The rest of its message. */
  message: string;
  /** `avatarUrl` is empty for who has no account. */
  authors: { username: string; avatarUrl: string }[];
  date: Date;
}

/** Which history. */
export interface ListCommitsParams extends RepoParams {
  /** Branch, tag or commit id to go back from. @default "main" */
  revision?: string | undefined;
  /** Commits per request, 1 to 1000. @default 100 */
  batchSize?: number | undefined;
}

const BATCH = 100;

/**
 * Lists the commits of a revision, newest first, page by page as it is iterated.
 *
 * @example
 * for await (const { oid, title } of listCommits({ repo: "me/model" })) console.log(oid, title);
 */
export async function* listCommits(params: ListCommitsParams): AsyncGenerator<CommitData, void, void> {
  const { revision, batchSize = BATCH } = params;
  if (!Number.isInteger(batchSize) || batchSize < 0) {
    throw new InvalidInputError("batchSize must be a whole number from 1 to 1000");
  }
  const ask = {
    type: "listCommits",
    repo: repoSpec(params.repo),
    limit: batchSize,
    ...compact({ revision }),
  } as const;
  let next: string | undefined;
  do {
    const page = await call(params, { ...ask, ...compact({ next }) });
    for (const { id, title, message, authors, date } of page.commits) {
      yield {
        oid: id,
        title,
        message,
        authors: authors.map(({ user, avatar }) => ({ username: user, avatarUrl: avatar ?? "" })),
        date: new Date(date),
      };
    }
    next = page.next;
  } while (next !== undefined);
}
