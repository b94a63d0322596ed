// Waits for something outside to become true: looks again and again, and gives up in the end.

/** Resolves when `look` gives something true; rejects after `seconds`. */
export async function until(look, seconds = 30) {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > end) throw new Error(`it did not happen within ${seconds} s: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
