/**
 * From the address of a request to a path in the repo, or a refusal.
 *
 * Looked at is the address as it was written: what an URL parser would quietly straighten out (dot segments), and what would mean something
 * else one decoding later (escaped slashes and dots), is refused. What may stand in a repo is the engine's word.
 */
import { Refusal } from "./refusal.js";
import { engine } from "../engine.js";
import { isHubferryError } from "../errors.js";
import { newSeed } from "../hub/params.js";
import { filterRepoObjects } from "../source/folder/filter.js";
import { joinPath } from "../upload/operations.js";
import { PushHandle } from "../wasm/core.js";

/** Where files go, and which. */
export interface PathRules {
  /** What the path of every request begins with, such as `/files/`. @default "/" */
  basePath?: string | undefined;
  /** Folder of the repo that everything goes into. @default the root */
  pathInRepo?: string | undefined;
  /** Paths in the repo that are taken, as Python's `fnmatch` patterns. @default all */
  allowPatterns?: string | readonly string[] | undefined;
  /** Paths in the repo that are not. @default none */
  ignorePatterns?: string | readonly string[] | undefined;
}

/** A segment of nothing but dots, escaped or not. */
const DOTS = /(?:^|\/)(?:\.|%2e){1,2}(?=\/|$)/i;

/** What would be a slash or a dot after one decoding, or after one more. */
const ESCAPED_SLASH = /%2f|%5c|\\/i;
const ESCAPED_TWICE = /%(?:2e|2f|5c)/i;

/** The path below `basePath`, decoded. Errors: {@link Refusal}. */
export function requestedPath(url: string, basePath: string): string {
  const written = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*([^?#]*)/i.exec(url)?.[1] ?? "";
  if (DOTS.test(written)) throw new Refusal("invalid_path", "The path has a segment of dots");
  if (ESCAPED_SLASH.test(written)) throw new Refusal("invalid_path", "The path has an escaped slash or a backslash");
  const base = basePath.endsWith("/") ? basePath : `${basePath}/`;
  if (!written.startsWith(base)) throw new Refusal("not_found", "Files are not uploaded here");
  let path;
  try {
    path = decodeURIComponent(written.slice(base.length));
  } catch {
    throw new Refusal("invalid_path", "The path is not well-formed UTF-8");
  }
  if (ESCAPED_TWICE.test(path)) throw new Refusal("invalid_path", "The path is escaped twice");
  return path;
}

/** The path in the repo. Errors: {@link Refusal}. */
export async function pathInRepo(path: string, rules: PathRules): Promise<string> {
  const whole = path === "" ? "" : joinUnder(rules.pathInRepo, path);
  await check(whole);
  const { allowPatterns, ignorePatterns } = rules;
  const passing = await filterRepoObjects([whole], {
    allowPatterns: listOf(allowPatterns),
    ignorePatterns: listOf(ignorePatterns),
  });
  if (passing.length === 0) throw new Refusal("path_not_allowed", "Files are not taken under this path");
  return whole;
}

function joinUnder(folder: string | undefined, path: string): string {
  return folder === undefined ? path : joinPath(folder, path);
}

function listOf(patterns: string | readonly string[] | undefined): string[] | undefined {
  if (patterns === undefined) return undefined;
  return typeof patterns === "string" ? [patterns] : [...patterns];
}

/** Asks the engine, as a push would. */
async function check(path: string): Promise<void> {
  await engine();
  const push = new PushHandle({ repo: "any/repo", seed: newSeed() });
  try {
    push.add([{ operation: "addOrUpdate", path, file: 0, size: 0 }]);
  } catch (error) {
    throw isHubferryError(error) ? new Refusal("invalid_path", `The ${error.message}`) : error;
  } finally {
    push.free();
  }
}
