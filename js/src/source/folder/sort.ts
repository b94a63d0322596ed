/** Sorting that lets a page answer its user: the sorted runs are short, and merging them pauses. */
import type { Pace } from "../../pace.js";

/** Elements sorted in one go. */
const RUN = 2048;

/** Sorts in place by key, in the order of UTF-16 code units; stable. */
export async function sortInTurns<T>(list: T[], key: (element: T) => string, pace: Pace): Promise<void> {
  const compare = (a: T, b: T): number => order(key(a), key(b));
  for (let start = 0; start < list.length; start += RUN) {
    const run = list.slice(start, start + RUN).sort(compare);
    for (const [offset, element] of run.entries()) list[start + offset] = element;
    if (pace.due) await pace.turn();
  }
  for (let width = RUN; width < list.length; width *= 2) {
    for (let start = 0; start + width < list.length; start += 2 * width) {
      await merge(list, start, start + width, Math.min(start + 2 * width, list.length), compare, pace);
    }
  }
}

/** Merges two sorted neighbours, `start..middle` and `middle..end`. */
async function merge<T>(
  list: T[],
  start: number,
  middle: number,
  end: number,
  compare: (a: T, b: T) => number,
  pace: Pace,
): Promise<void> {
  const left = list.slice(start, middle);
  let from = 0;
  let right = middle;
  for (let at = start; from < left.length && at < end; at++) {
    const ours = left[from] as T;
    const theirs = list[right] as T;
    if (right < end && compare(theirs, ours) < 0) {
      list[at] = theirs;
      right += 1;
    } else {
      list[at] = ours;
      from += 1;
    }
    if (at % RUN === 0 && pace.due) await pace.turn();
  }
}

/** The order of paths, component by component: a folder's content stands where the folder's name does. */
export function pathKey(path: string): string {
  return path.replaceAll("/", "\0");
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
