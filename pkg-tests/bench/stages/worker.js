// Runs one contestant at one stage over data in memory, until the time is up; gives bytes and milliseconds.
import { contents } from "./contents.js";
import * as ours from "./ours.js";
import * as peers from "./peers.js";

const CONTESTANTS = { ...ours.contestants, ...peers.contestants };
/** Milliseconds of one measurement at least: CPU time is counted in hundredths of a second. */
const LEAST_MS = 600;

const started = Promise.all([ours.start(), peers.start()]);

async function run({ stage, kind, contestant }) {
  await started;
  const content = contents(kind);
  const call = CONTESTANTS[contestant][stage];
  let bytes = 0;
  let result;
  const since = performance.now();
  do {
    result = await call(content);
    bytes += content.length;
  } while (performance.now() - since < LEAST_MS);
  return { bytes, ms: performance.now() - since, result };
}

onmessage = async ({ data }) => {
  try {
    postMessage({ answer: await run(data) });
  } catch (error) {
    postMessage({ error: `${data.contestant} at ${data.stage}: ${error?.stack ?? error?.message ?? String(error)}` });
  }
};
