/** What stands at given paths of a repo. */
import { call } from "./call.js";
import { compact, repoSpec, type RepoParams } from "./params.js";

/** How a file is stored by LFS. */
export interface LfsPathInfo {
  /** SHA-256 of the content. */
  oid: string;
  size: number;
  /** Size of the pointer that git holds. */
  pointerSize: number;
}

/** A commit, in short. */
export interface CommitInfo {
  id: string;
  title: string;
  date: Date;
}

/** What the Hub's scanners found. */
export interface SecurityFileStatus {
  status: string;
}

/** One file or folder. */
export interface PathInfo {
  path: string;
  /** `file` or `directory`. */
  type: string;
  /** Git oid of the blob, pointer or tree. */
  oid?: string;
  /** In bytes; of the content, also for files stored by LFS. */
  size: number;
  /** Only for files stored by LFS. */
  lfs?: LfsPathInfo;
  /** Only for files stored by Xet. */
  xetHash?: string;
  /** Only with `expand`. */
  lastCommit?: CommitInfo;
  /** Only with `expand`, where the Hub scans files. */
  securityFileStatus?: SecurityFileStatus;
}

/** What is asked. */
export interface PathsInfoParams extends RepoParams {
  /** Full paths. */
  paths: readonly string[];
  /** Also the last commit of each path, and what the Hub's scanners found; slower. @default false */
  expand?: boolean | undefined;
  /** Branch, tag or commit id. @default "main" */
  revision?: string | undefined;
}

/** Paths that the Hub takes in one request. */
const PATHS_AT_ONCE = 1000;

/** Tells what stands at the paths. Those that do not exist are missing from the list, whose order is the Hub's. */
export async function pathsInfo(
  params: PathsInfoParams & { expand: true },
): Promise<(PathInfo & { lastCommit: CommitInfo; securityFileStatus: SecurityFileStatus })[]>;
export async function pathsInfo(params: PathsInfoParams): Promise<PathInfo[]>;
export async function pathsInfo(params: PathsInfoParams): Promise<PathInfo[]> {
  const { revision, expand, paths } = params;
  const found: PathInfo[] = [];
  for (let start = 0; start < paths.length; start += PATHS_AT_ONCE) {
    const entries = await call(params, {
      type: "pathsInfo",
      repo: repoSpec(params.repo),
      paths: paths.slice(start, start + PATHS_AT_ONCE),
      ...compact({ revision, expand }),
    });
    for (const { lastCommit, ...entry } of entries) {
      found.push(
        lastCommit === undefined ? entry : { ...entry, lastCommit: { ...lastCommit, date: new Date(lastCommit.date) } },
      );
    }
  }
  return found;
}
