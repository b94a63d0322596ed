/** What is in a repo. */
import { call } from "./call.js";
import { compact, repoSpec, type RepoParams } from "./params.js";

/** One file or folder of a repo. */
export interface ListFileEntry {
  type: "file" | "directory" | "unknown";
  /** In bytes; of the content, also for files stored by LFS. */
  size: number;
  /** Full path in the repo. */
  path: string;
  /** Git oid of the blob, pointer or tree. */
  oid?: string;
  /** Only for files stored by LFS. */
  lfs?: {
    /** SHA-256 of the content. */
    oid: string;
    size: number;
    /** Size of the pointer that git holds. */
    pointerSize: number;
  };
  /** Only for files stored by Xet. */
  xetHash?: string;
  /** Only with `expand`. */
  lastCommit?: { date: string; id: string; title: string };
  /** Only with `expand`: what the Hub's scanners found, as the Hub says it. */
  securityFileStatus?: unknown;
}

/** What is listed. */
export interface ListFilesParams extends RepoParams {
  /** Also everything in folders below. @default false */
  recursive?: boolean | undefined;
  /** The folder. @default the root */
  path?: string | undefined;
  /** Also the last commit of each path, and what the Hub's scanners found; slower. @default false */
  expand?: boolean | undefined;
  /** Branch, tag or commit id. @default "main" */
  revision?: string | undefined;
}

/**
 * Lists a folder of a repo, page by page as it is iterated.
 *
 * @example
 * for await (const file of listFiles({ repo: "me/model", recursive: true })) console.log(file.path);
 */
export async function* listFiles(params: ListFilesParams): AsyncGenerator<ListFileEntry, void, void> {
  const { revision, path, recursive, expand } = params;
  const ask = {
    type: "listTree",
    repo: repoSpec(params.repo),
    ...compact({ revision, path, recursive, expand }),
  } as const;
  let next: string | undefined;
  do {
    const page = await call(params, { ...ask, ...compact({ next }) });
    yield* page.entries;
    next = page.next;
  } while (next !== undefined);
}
