/**
 * The script of a worker that packs with threads. They are workers of this one and live in the memory of its second instance of the
 * engine, so they end with it, in the middle of whatever they do, and nobody else waits for a lock that they held.
 */
import { serve } from "./serve.js";
import init, { initThreadPool, Packer } from "../wasm-threads/core.js";

serve(async ({ module, count }) => {
  await init({ module_or_path: module });
  await initThreadPool(count);
  return (...made) => new Packer(...made);
});
