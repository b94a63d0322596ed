/**
 * Which files of a folder are taken: the default ignores always, the caller's patterns when there are any.
 *
 * The patterns' meaning is the engine's. A folder that the default ignores name is not even opened.
 */
import type { Engine } from "../../engine.js";
import { SKIPPED, type Walk } from "./walk.js";

/** The caller's patterns, with the meaning of Python's `allow_patterns` and `ignore_patterns`. */
export interface Patterns {
  readonly allowPatterns?: string | readonly string[] | undefined;
  readonly ignorePatterns?: string | readonly string[] | undefined;
}

/** Makes the selection of a walk. */
export function selection(engine: Engine, patterns: Patterns, onSkip: Walk["onSkip"]): Walk["select"] {
  const defaults = engine.defaultIgnorePatterns();
  const allow = toList(patterns.allowPatterns);
  const ignore = toList(patterns.ignorePatterns);

  const keep = (paths: string[], reason: string, allowed?: string[], ignored?: string[]): string[] => {
    const kept = Array.from(engine.filterRepoObjects(paths.map(bare), allowed, ignored), (index) => paths[index] ?? "");
    if (kept.length < paths.length) {
      const known = new Set(kept);
      for (const path of paths) if (!known.has(path)) onSkip(bare(path), reason);
    }
    return kept;
  };

  return (paths) => {
    const wanted = keep(paths, SKIPPED.byDefault, undefined, defaults);
    if (allow === undefined && ignore === undefined) return new Set(wanted);
    const files = wanted.filter((path) => !path.endsWith("/"));
    const folders = wanted.filter((path) => path.endsWith("/"));
    return new Set([...folders, ...keep(files, SKIPPED.byPatterns, allow, ignore)]);
  };
}

/** One pattern or several, as a list. */
export function toList(patterns: string | readonly string[] | undefined): string[] | undefined {
  if (patterns === undefined) return undefined;
  return typeof patterns === "string" ? [patterns] : [...patterns];
}

function bare(path: string): string {
  return path.endsWith("/") ? path.slice(0, -1) : path;
}
