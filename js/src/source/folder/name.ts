/** Names that no repo can hold, because a path there is Unicode text: halves of a surrogate pair, as Windows allows them in names. */

/** Said of such a name. */
export const NO_UNICODE = "its name is not Unicode text; rename it";

/** Whether a path is text that can be written down anywhere. */
export function isUnicode(path: string): boolean {
  return !/\p{Surrogate}/u.test(path);
}
