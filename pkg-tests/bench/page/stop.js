/** Bytes that nothing shrinks. */
function noise(size) {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, Math.min(at + 65_536, size)));
  return bytes;
}

/** Pushes files that nobody has pushed before, stops after so long, and says how long the promise took to reject. */
export async function stop(push, { count, size, afterMs }) {
  const files = Array.from({ length: count }, (_, i) => ({ path: `${i}.bin`, content: new Blob([noise(size)]) }));
  const job = push(files);
  const ended = job.then(
    () => "done",
    (error) => (error.name === "AbortError" ? "aborted" : `${error.name}: ${error.message}`),
  );
  await Promise.race([new Promise((resolve) => setTimeout(resolve, afterMs)), ended]);
  const begun = performance.now();
  job.abort();
  const outcome = await ended;
  return { outcome, ms: performance.now() - begun };
}
