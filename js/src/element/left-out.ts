/**
 * What was left out while folders were listed, by kind of rule and by rule.
 *
 * Invariant: however much is left out, only the first paths of each rule are kept; the sums are exact.
 */

/** The kinds of rules, as the package's `collectFiles` names them; in the order of the list. */
export const SKIP_KINDS = ["gitignore", "patterns", "system", "kind", "default", "empty"] as const;
/** See {@link SKIP_KINDS}. */
export type SkipKind = (typeof SKIP_KINDS)[number];

/** What one rule left out. */
export interface LeftOutRule {
  readonly rule: string;
  readonly total: number;
  /** The first of them. */
  readonly paths: readonly string[];
}

/** What the rules of one kind left out. */
export interface LeftOutGroup {
  readonly by: SkipKind;
  readonly total: number;
  readonly rules: readonly LeftOutRule[];
}

/** Paths of one rule that are kept to be listed. */
const LISTED = 50;

/** Everything that was left out. */
export class LeftOut {
  readonly #kinds = new Map<SkipKind, Map<string, { total: number; paths: string[] }>>();

  /** Notes that a rule left out a path. */
  add(path: string, by: SkipKind, rule: string): void {
    const rules = this.#kinds.get(by) ?? new Map<string, { total: number; paths: string[] }>();
    const found = rules.get(rule) ?? { total: 0, paths: [] };
    found.total += 1;
    if (found.paths.length < LISTED) found.paths.push(path);
    rules.set(rule, found);
    this.#kinds.set(by, rules);
  }

  /** Forgets what the rules of a kind left out. */
  clear(by: SkipKind): void {
    this.#kinds.delete(by);
  }

  /** What there is, by kind. */
  get groups(): LeftOutGroup[] {
    return SKIP_KINDS.flatMap((by) => {
      const found = this.#kinds.get(by);
      if (found === undefined) return [];
      const rules = Array.from(found, ([rule, { total, paths }]) => ({ rule, total, paths }));
      return [{ by, rules, total: rules.reduce((sum, { total }) => sum + total, 0) }];
    });
  }
}
