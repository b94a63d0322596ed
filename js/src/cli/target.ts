/**
 * Which repo a command is about: `user/name` with its options, or an `hf://` address that says all of it.
 */
import { InvalidInputError, unsupported } from "../errors.js";
import type { RepoId, RepoType } from "../hub/params.js";

/** Kinds of repo that can be pushed to. */
export const REPO_TYPES = ["model", "dataset", "space"] as const;

/** A repo, and what an address may add to it. */
export interface Target {
  readonly repo: RepoId;
  readonly revision: string | undefined;
  /** A path in the repo; ends in `/` where the address does. */
  readonly path: string | undefined;
}

/** How a repo is given beside its name. */
export interface TargetOptions {
  readonly repoType?: RepoType;
  readonly revision?: string;
}

const SCHEME = "hf://";

const TYPES: Readonly<Record<string, RepoType>> = {
  models: "model",
  datasets: "dataset",
  spaces: "space",
  kernels: "kernel",
  buckets: "bucket",
};

/** Revisions that hold a `/`. */
const SPECIAL_REVISION = /^refs\/(?:convert\/[\w.-]+|pr\/\d+)/;

/**
 * Reads what stands in the place of a repo.
 *
 * Errors: `invalid_input` for what is no address, and for options that the address has taken the place of; `unsupported` for buckets.
 */
export function readTarget(text: string, { repoType, revision }: TargetOptions): Target {
  if (!text.startsWith(SCHEME)) return { repo: { type: repoType ?? "model", name: text }, revision, path: undefined };
  for (const [name, value] of Object.entries({ "--repo-type": repoType, "--revision": revision }))
    if (value !== undefined)
      throw new InvalidInputError(`${name} cannot be used with an hf:// address, which says it itself (${text})`);
  return readAddress(text);
}

/** As {@link readTarget}, where a path has no place; without `hasRevision` a revision has none either. */
export function readRepo(text: string, options: TargetOptions, hasRevision: boolean): Omit<Target, "path"> {
  const { path, ...target } = readTarget(text, options);
  const more = path ?? (hasRevision ? undefined : target.revision);
  if (more !== undefined)
    throw new InvalidInputError(`This command takes a repo alone, without ${JSON.stringify(more)}`);
  return target;
}

function readAddress(address: string): Target {
  const wrong = (why: string): InvalidInputError =>
    new InvalidInputError(`${address} ${why}; an address looks like hf://datasets/user/name@revision/path`);
  const all = address.slice(SCHEME.length);
  const [first = "", ...others] = all.split("/");
  const type = Object.hasOwn(TYPES, first) ? TYPES[first] : undefined;
  if (type === undefined && Object.values(TYPES).includes(first as RepoType))
    throw wrong(`names the type ${first}, which is written ${first}s`);
  if (type === "bucket")
    throw unsupported("Buckets are not supported by this command; the Hub's own command line has `hf sync` for them");
  const rest = type === undefined ? all : others.join("/");
  const [, name, revisionAndPath, plainPath] = /^([^/@]+\/[^/@]+)(?:@(.*)|\/(.*))?$/s.exec(rest) ?? [];
  if (name === undefined) throw wrong("does not name a repo by user and name");
  const repo = { type: type ?? "model", name };
  if (revisionAndPath === undefined) return { repo, revision: undefined, path: pathOf(plainPath, wrong) };
  const special = SPECIAL_REVISION.exec(revisionAndPath)?.[0];
  const cut = special?.length ?? `${revisionAndPath}/`.indexOf("/");
  const revision = decode(revisionAndPath.slice(0, cut));
  if (revision === "") throw wrong("has an empty revision");
  return { repo, revision, path: pathOf(revisionAndPath.slice(cut + 1), wrong) };
}

function pathOf(path: string | undefined, wrong: (why: string) => InvalidInputError): string | undefined {
  if (path === undefined || path === "") return undefined;
  if (path.startsWith("/") || path.includes("//")) throw wrong("has a path with empty parts");
  return path;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
