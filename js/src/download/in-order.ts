/** Ranges that are read side by side and come in order. */

/**
 * Reads `start..end` in windows, up to `count` of them at a time.
 *
 * Errors: the first that a read rejects with, in order; whoever reads is told of the end by other means.
 */
export async function* inOrder<T>(
  range: { readonly start: number; readonly end: number; readonly window: number; readonly count: number },
  read: (start: number, end: number) => Promise<T>,
): AsyncGenerator<T, void, void> {
  const { start, end, window, count } = range;
  const ahead: Promise<T>[] = [];
  for (let next = start; ;) {
    while (next < end && ahead.length < count) {
      const reading = read(next, Math.min(next + window, end));
      // When one before it fails, nobody waits for this one.
      reading.catch(() => undefined);
      ahead.push(reading);
      next += window;
    }
    const first = ahead.shift();
    if (first === undefined) return;
    yield await first;
  }
}
