/**
 * Reads a file of a repo.
 *
 * A small file is read whole at once; a large one is a blob that reads what it is asked for, range by range, from the commit
 * that the revision stood for. What Xet stores is such a blob whatever its size: its bytes come from the content-addressed store.
 */
import { HubferryError } from "../errors.js";
import { ReadToken, type XetReadToken } from "../download/read-token.js";
import { XetFile } from "../download/xet-file.js";
import { LazyBlob, type RangeReader } from "../source/lazy.js";
import { call, callBytes, callWith } from "./call.js";
import type { FileDownloadInfoOutput } from "./file-download-info.js";
import { compact, repoSpec, type RepoParams } from "./params.js";
import type { Kept } from "../io.js";
import type { Answers, Ask } from "../wire.js";

/** Which file. */
export interface DownloadFileParams extends RepoParams {
  /** Full path in the repo. */
  path: string;
  /** Branch, tag or commit id. @default "main" */
  revision?: string | undefined;
  /** The pointer of a file stored by LFS instead of its content. @default false */
  raw?: boolean | undefined;
  /**
   * Read by Xet where the file is stored so; `false` reads from the Hub itself. A token that is known already spares a request.
   *
   * @default true
   */
  xet?: boolean | { readToken: XetReadToken } | undefined;
  /** What `fileDownloadInfo` told of the file at this revision; of a file stored by Xet, spares a request. */
  downloadInfo?: FileDownloadInfoOutput | undefined;
  /** Read several ranges of a file stored by Xet at the same time. @default true */
  parallelDownloads?: boolean | object | undefined;
}

type Resolve = Extract<Ask, { type: "resolve" }>;
type Entry = Answers["pathsInfo"][number];

/** Files up to this size are read whole at once. */
const WHOLE_BYTES = 10 * 1024 * 1024;

/**
 * Reads a file; `null` when the repo has none at this path.
 *
 * A blob that was read by ranges is one to your own code alone: to post it to a worker or to put it into a form, read it first.
 * Errors of a range come from reading it. A read of a whole file stored by Xet is checked against its hash.
 *
 * @example
 * const readme = await downloadFile({ repo: "me/model", path: "README.md" });
 * console.log(await readme?.text());
 * @example
 * const weights = await downloadFile({ repo: "me/model", path: "model.safetensors" });
 * const header = await weights?.slice(8, 8 + length).text();
 */
export async function downloadFile(params: DownloadFileParams): Promise<Blob | null> {
  const { path, revision, raw, xet = true, downloadInfo } = params;
  const repo = repoSpec(params.repo);
  if (raw === true) return await wholeOf(params, true).catch(nullIfMissing);
  const known = downloadInfo?.xet;
  if (known !== undefined && xet !== false) return xetBlob(params, known.hash, downloadInfo?.size ?? 0);
  const [entry] = await call(params, { type: "pathsInfo", repo, paths: [path], ...compact({ revision }) });
  if (entry?.type !== "file") return null;
  const { size, xetHash } = entry;
  if (xetHash !== undefined && xet !== false) return xetBlob(params, xetHash, size);
  if (size <= WHOLE_BYTES) return await wholeOf(params, false);
  // All ranges must be of one commit, whatever happens to the branch meanwhile.
  const { sha } = await call(params, { type: "repoInfo", repo, ...compact({ revision }) });
  return new LazyBlob(rangesOf(params, sha), 0, size);
}

/** A file stored by Xet. */
function xetBlob(params: DownloadFileParams, hash: string, size: number): Blob {
  const { path, revision, xet, parallelDownloads } = params;
  const first = typeof xet === "object" ? xet.readToken : undefined;
  const token = new ReadToken(repoSpec(params.repo), revision, first);
  const windows = parallelDownloads === false ? 1 : undefined;
  return openXet(params, { path, hash, size, token, windows });
}

/** A file stored by Xet, for those who know all about it. */
export function openXet(
  params: DownloadFileParams,
  file: { path: string; hash: string; size: number; token: ReadToken; windows?: number | undefined },
): LazyBlob {
  return new LazyBlob(new XetFile({ params, ...file, plain: () => plainOf(params, file) }), 0, file.size);
}

/** The same file, from the Hub itself. */
async function plainOf(params: DownloadFileParams, file: { hash: string; size: number }): Promise<RangeReader> {
  const { path, revision } = params;
  const repo = repoSpec(params.repo);
  const { sha } = await call(params, { type: "repoInfo", repo, ...compact({ revision }) });
  const [entry]: (Entry | undefined)[] = await call(params, { type: "pathsInfo", repo, paths: [path], revision: sha });
  if (entry?.xetHash === file.hash && entry.size === file.size) return rangesOf(params, sha);
  const message = `${JSON.stringify(path)} was changed in the repo while it was read; read it again`;
  throw new HubferryError("conflict", message, { path });
}

/** Reads ranges of a file of one commit. */
export function rangesOf(params: DownloadFileParams, sha: string): RangeReader {
  const { path } = params;
  const repo = repoSpec(params.repo);
  const ask = (...range: [start: number, end: number]): Resolve => ({
    type: "resolve",
    repo,
    path,
    revision: sha,
    range,
  });
  return {
    read: (start, end) => callBytes(params, ask(start, end), end - start),
    stream: (start, end) =>
      callWith(params, ask(start, end), (_, kept) => readBody(kept, ({ body }) => body ?? new ReadableStream())),
  };
}

function wholeOf(params: DownloadFileParams, raw: boolean): Promise<Blob> {
  const { path, revision } = params;
  const ask = { type: "resolve", repo: repoSpec(params.repo), path, raw, ...compact({ revision }) } as const;
  return callWith(params, ask, (_, kept) => readBody(kept, (response) => response.blob()));
}

function nullIfMissing(error: unknown): null {
  if (error instanceof HubferryError && error.code === "entry_not_found") return null;
  throw error;
}

async function readBody<T>(kept: Kept | undefined, read: (response: Response) => T | Promise<T>): Promise<T> {
  if (kept === undefined) throw new HubferryError("internal", "The body of the answer is missing");
  try {
    return await read(kept.response);
  } catch (error) {
    throw kept.explain(error);
  }
}
