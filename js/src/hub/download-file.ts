/**
 * Reads a file of a repo.
 *
 * A small file is read whole at once; a large one is a blob that reads what it is asked for, range by range, from the commit
 * that the revision stood for.
 */
import { HubferryError, InvalidApiResponseFormatError } from "../errors.js";
import { LazyBlob, type RangeReader } from "../source/lazy.js";
import { call, callWith } from "./call.js";
import { compact, repoSpec, type RepoParams } from "./params.js";
import type { Kept } from "../io.js";
import type { Ask } from "../wire.js";

/** Which file. */
export interface DownloadFileParams extends RepoParams {
  /** Full path in the repo. */
  path: string;
  /** Branch, tag or commit id. @default "main" */
  revision?: string | undefined;
  /** The pointer of a file stored by LFS instead of its content. @default false */
  raw?: boolean | undefined;
  /** Read by Xet where the file is stored so. @default true: this version asks the Hub for the content either way */
  xet?: boolean | object | undefined;
  /** What is known of the file; asked for again by this version. */
  downloadInfo?: object | undefined;
  /** Read several ranges at the same time, where that is possible. */
  parallelDownloads?: boolean | object | undefined;
}

type Resolve = Extract<Ask, { type: "resolve" }>;

/** Files up to this size are read whole at once. */
const WHOLE_BYTES = 10 * 1024 * 1024;

/**
 * Reads a file; `null` when the repo has none at this path.
 *
 * @example
 * const readme = await downloadFile({ repo: "me/model", path: "README.md" });
 * console.log(await readme?.text());
 */
export async function downloadFile(params: DownloadFileParams): Promise<Blob | null> {
  const repo = repoSpec(params.repo);
  const { path, revision, raw } = params;
  const wholeOf = (raw: boolean): Promise<Blob> => {
    const ask = { type: "resolve", repo, path, raw, ...compact({ revision }) } as const;
    return callWith(params, ask, (_, kept) => readBody(kept, (response) => response.blob()));
  };
  if (raw === true) return await wholeOf(true).catch(nullIfMissing);
  const [entry] = await call(params, { type: "pathsInfo", repo, paths: [path], ...compact({ revision }) });
  if (entry?.type !== "file") return null;
  const { size } = entry;
  if (size <= WHOLE_BYTES) return await wholeOf(false);
  // All ranges must be of one commit, whatever happens to the branch meanwhile.
  const { sha } = await call(params, { type: "repoInfo", repo, ...compact({ revision }) });
  const ask = (...range: [start: number, end: number]): Resolve => ({
    type: "resolve",
    repo,
    path,
    revision: sha,
    range,
  });
  const reader: RangeReader = {
    read: (start, end) =>
      callWith(params, ask(start, end), async (_, kept) => {
        const bytes = new Uint8Array(await readBody(kept, (response) => response.arrayBuffer()));
        if (bytes.length === end - start) return bytes;
        const message = `Bytes ${start} to ${end} of ${path} were asked for, ${bytes.length} bytes came`;
        throw new InvalidApiResponseFormatError(message, { path });
      }),
    stream: (start, end) =>
      callWith(params, ask(start, end), (_, kept) => readBody(kept, ({ body }) => body ?? new ReadableStream())),
  };
  return new LazyBlob(reader, 0, size);
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
