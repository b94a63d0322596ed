/** `hubferry download`: files of a repo, into a folder or into the cache that the Hub's clients share. */
import { mkdir, realpath } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { snapshotDownload, type SnapshotProgress } from "../../entry/node.js";
import { bytesOf, count, counted } from "../../element/format.js";
import { HubferryError, InvalidInputError } from "../../errors.js";
import { call } from "../../hub/call.js";
import { compact, type RepoId, type RepoType } from "../../hub/params.js";
import { hubParams, type CommonOptions, type Context } from "../context.js";
import { openMeter, type Gauge } from "../progress/meter.js";
import { readTarget } from "../target.js";
import { Interrupted } from "../interrupt.js";
import { literally } from "../literally.js";
import { replaceFile } from "../replace-file.js";

/** The options of the command. */
export interface DownloadOptions extends CommonOptions {
  readonly repoType?: RepoType;
  readonly revision?: string;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly localDir?: string;
  readonly cacheDir?: string;
}

/** Which files. */
interface Wanted {
  readonly allowPatterns: readonly string[] | undefined;
  readonly ignorePatterns: readonly string[] | undefined;
  /** The one file that was named. */
  readonly single: string | undefined;
}

/** Runs it. */
export async function download(
  [repoId, named]: readonly [string, readonly string[]],
  options: DownloadOptions,
  context: Context,
): Promise<void> {
  const { out } = context;
  const { repo, revision, path } = readTarget(repoId, options);
  if (path !== undefined && named.length > 0)
    throw new InvalidInputError(`The address names a file already (${path}), and so does ${named.join(" ")}`);
  const wanted = wantedBy(path === undefined ? named : [path], options, context);
  const hub = await hubParams(context, options.token);
  const { sha } = await call(hub, { type: "repoInfo", repo, ...compact({ revision }) });
  const { allowPatterns, ignorePatterns, single } = wanted;
  const cache = join(resolve(options.cacheDir ?? context.settings.cache), cacheName(repo));
  const into = options.localDir === undefined ? join(cache, "snapshots", sha) : resolve(options.localDir);
  await mkdir(into, { recursive: true });
  const meter = await openMeter(context);
  const onReport = (progress: SnapshotProgress): void => {
    meter.show(snapshotGauge(progress));
  };
  const params = { ...hub, repo, revision: sha, to: into, allowPatterns, ignorePatterns, onReport };
  const output = await snapshotDownload(params)
    .catch((error: unknown) => {
      if (error instanceof Interrupted) error.hint = "Run the same command again: whole files are not fetched twice";
      throw error;
    })
    .finally(() => {
      meter.end();
    });
  if (single !== undefined && output.files.length === 0)
    throw new HubferryError("entry_not_found", `There is no file ${JSON.stringify(single)} in ${repo.name} at ${sha}`, {
      path: single,
    });
  if (options.localDir === undefined) await rememberRevision(cache, revision ?? "main", sha);
  const done = output.files.filter(({ state }) => state === "downloaded").length;
  out.line(`${counted(done, "file")} downloaded, ${count(output.files.length - done)} there already`);
  const last = single === undefined ? await realpath(into) : join(await realpath(into), single);
  out.result(last, { path: last, ...output });
}

function wantedBy(named: readonly string[], { include, exclude }: DownloadOptions, { out }: Context): Wanted {
  const folders = named.filter((name) => name.endsWith("/"));
  const files = named.filter((name) => !name.endsWith("/"));
  const given = Object.entries({ "--include": include, "--exclude": exclude }).filter(([, list]) => list !== undefined);
  for (const [option] of given) {
    const [folder] = folders;
    if (folder !== undefined)
      throw new InvalidInputError(`${option} cannot be used with the folder ${folder}; give --include "${folder}*"`);
    if (files.length > 0) out.warn(`${option} is ignored, because files are named`);
  }
  if (named.length === 0) return { allowPatterns: include, ignorePatterns: exclude, single: undefined };
  const single = named.length === 1 ? files[0] : undefined;
  const patterns = [...files.map((name) => (single === undefined ? name : literally(name))), ...folders];
  return { allowPatterns: patterns, ignorePatterns: undefined, single };
}

/** What a repo is called in the cache that other clients of the Hub look into, too. */
function cacheName({ type, name }: RepoId): string {
  return `${type}s--${name.replaceAll("/", "--")}`;
}

/** Writes down which commit a revision stands for, as other clients do. */
async function rememberRevision(cache: string, revision: string, sha: string): Promise<void> {
  if (revision === sha) return;
  const place = join(cache, "refs", revision);
  await mkdir(dirname(place), { recursive: true });
  await replaceFile(place, sha);
}

function snapshotGauge({ files, bytes }: SnapshotProgress): Gauge {
  const have = bytes.received + bytes.present;
  const text = `${count(files.done)} of ${counted(files.total, "file")}, ${bytesOf(have, bytes.total)}`;
  return { fraction: bytes.total > 0 ? have / bytes.total : 0, text };
}
