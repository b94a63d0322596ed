/** What is known of a file's content, and where to get it. */
import { callWith } from "./call.js";
import { compact, repoSpec, type RepoParams } from "./params.js";

/** Where the pieces of a file stored by Xet are. */
export interface XetFileInfo {
  /** The file's Xet hash. */
  hash: string;
  /** Gives tokens for reading. */
  refreshUrl: URL;
  /** Tells the pieces. */
  reconstructionUrl: URL;
}

/** What is known of a file's content. */
export interface FileDownloadInfoOutput {
  /** In bytes. */
  size: number;
  /** As the server writes it, with quotes. */
  etag: string;
  /** Only for files stored by Xet. */
  xet?: XetFileInfo;
  /** Where to get the content; the token goes along when the file is private. */
  url: string;
}

/** Which file. */
export interface FileDownloadInfoParams extends RepoParams {
  /** Full path in the repo. */
  path: string;
  /** Branch, tag or commit id. @default "main" */
  revision?: string | undefined;
  /** The pointer of a file stored by LFS instead of its content. @default false */
  raw?: boolean | undefined;
  /** Make the URL one that a browser shows rather than saves. @default false */
  noContentDisposition?: boolean | undefined;
}

/** Tells what is known of a file's content; `null` when the repo has none at this path. */
export async function fileDownloadInfo(params: FileDownloadInfoParams): Promise<FileDownloadInfoOutput | null> {
  const { path, revision, raw, noContentDisposition } = params;
  const ask = {
    type: "fileDownloadInfo",
    repo: repoSpec(params.repo),
    path,
    ...compact({ revision, raw, noContentDisposition }),
  } as const;
  return await callWith(params, ask, (info, kept) => {
    // A server without ranges would send everything.
    kept?.stop();
    if (info === null) return null;
    const { xet, ...known } = info;
    if (xet === undefined) return known;
    const { hash, refreshUrl, reconstructionUrl } = xet;
    return { ...known, xet: { hash, refreshUrl: new URL(refreshUrl), reconstructionUrl: new URL(reconstructionUrl) } };
  });
}
