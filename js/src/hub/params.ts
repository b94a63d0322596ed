/** The parameters that all calls share, and what they mean to the engine. */
import { InvalidInputError, unsupported } from "../errors.js";
import type { Fetch } from "../transport/fetch.js";
import type { RepoSpec } from "../wire.js";

/** Kinds of repo on the Hub. This version pushes to models, datasets and Spaces. */
export type RepoType = "space" | "dataset" | "model" | "bucket" | "kernel";

/** A repo by type and name. */
export interface RepoId {
  name: string;
  type: RepoType;
}

/** A repo as one text: `user/name` for a model, `datasets/user/name`, `spaces/user/name`. */
export type RepoFullName = string;

/** A repo, either way. */
export type RepoDesignation = RepoId | RepoFullName;

/** Begins with `hf_`. */
export type AccessToken = string;

/** The old form of `accessToken`. */
export interface Credentials {
  accessToken: AccessToken;
}

/** Who asks. Without a token: anonymously. */
export interface CredentialsParams {
  /** Goes to the Hub's own origin only. */
  accessToken?: AccessToken | undefined;
  /** @deprecated Give `accessToken` instead. */
  credentials?: Credentials | undefined;
}

/** What every call takes. */
export interface HubParams extends CredentialsParams {
  /** Address of the Hub. @default "https://huggingface.co" */
  hubUrl?: string | undefined;
  /** Used for every request, also to storage hosts. @default the platform's */
  fetch?: Fetch | undefined;
  /** Ends the call with the signal's reason. */
  abortSignal?: AbortSignal | undefined;
}

/** What every call about one repo takes. */
export interface RepoParams extends HubParams {
  repo: RepoDesignation;
}

/** The public Hub. */
export const HUB_URL = "https://huggingface.co";

/** The Hub and the token, for the engine. */
export function hubSpec(params: HubParams): { hubUrl?: string; accessToken?: string } {
  // Present for old callers.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const accessToken = params.accessToken ?? params.credentials?.accessToken;
  const { hubUrl } = params;
  return compact(checkTexts({ hubUrl, accessToken }));
}

/** Refuses values that should be text, by their names; the values themselves, which may be secrets, are not shown. */
export function checkTexts<T extends Readonly<Record<string, string | undefined>>>(options: T): T {
  for (const [name, value] of Object.entries<unknown>(options)) {
    if (value === undefined || typeof value === "string") continue;
    const kind = value === null ? "null" : `a value of type ${typeof value}`;
    throw new InvalidInputError(`${name} must be a string, but is ${kind}`);
  }
  return options;
}

/** The repo, for the engine, which checks its name. */
export function repoSpec(repo: RepoDesignation): RepoSpec {
  if (typeof repo === "string") return repo;
  if (isRepoId(repo)) return { type: repo.type, name: repo.name };
  throw new InvalidInputError('repo must look like "user/name" or { type: "dataset", name: "user/name" }');
}

function isRepoId(value: unknown): value is RepoId {
  if (typeof value !== "object" || value === null || !("type" in value && "name" in value)) return false;
  return typeof value.type === "string" && typeof value.name === "string";
}

/** Refuses options that this version knows of but cannot honour: never silently ignored. */
export function refuse(options: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && value !== false)
      throw unsupported(`The option ${name} is not supported by this version`);
  }
}

/** Without the keys that have no value. */
export function compact<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** Seeds the jitter of repeated requests. */
export function newSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}
