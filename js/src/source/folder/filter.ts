/** The Hub's path filters for anybody's list. */
import { toList, type Patterns } from "./rules.js";
import { engine } from "../../engine.js";
import { filterRepoObjects as filter } from "../../wasm/core.js";

/**
 * Keeps the paths that pass, in order; with the meaning of Python's function of the same name.
 *
 * Shape: a path passes when it matches one of `allowPatterns` (or there are none) and none of `ignorePatterns`. `*` also
 * crosses `/`; a pattern that ends in `/` means everything below. Nothing is ignored by default.
 */
export async function filterRepoObjects(paths: readonly string[], patterns: Patterns = {}): Promise<string[]> {
  const { allowPatterns, ignorePatterns } = patterns;
  await engine();
  const passing = filter([...paths], toList({ allowPatterns }), toList({ ignorePatterns }));
  return Array.from(passing, (index) => paths[index] ?? "");
}
