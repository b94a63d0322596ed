/** Pushes the chosen files, stops after so long, and says how long the promise took to reject. */
export async function stop(push, { afterMs }) {
  const chosen = document.querySelector("#files").files;
  const job = push(Array.from(chosen, (file) => ({ path: file.name, content: file })));
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
