/** Finds who computes for a job, and who packs: workers where there are workers, else this thread. */
import { engineHashing } from "./hashing.js";
import { InPlace } from "./inplace.js";
import { crewInPlace, crewOfWorkers, type Crew } from "./pack/crew.js";
import { Pool } from "./pool.js";
import type { Compute } from "./task.js";
import { compiledModule, workerUrl } from "../engine.js";
import { platform } from "../platform.js";

/**
 * Whether hashing runs in web workers, and how many.
 *
 * @default automatic: wherever the platform has workers
 */
export type UseWebWorkers =
  | boolean
  | {
      /** Bytes; of files that are stored by LFS, smaller ones are hashed on the caller's own thread. @default 0 */
      minSize?: number | undefined;
      /** Workers side by side. @default the number of cores, from 2 to 6 */
      poolSize?: number | undefined;
    };

/** Pools by size: jobs that run at the same time share one. */
const pools = new Map<number, Pool>();

/** The compute of one job. */
export async function chooseCompute(use: UseWebWorkers | undefined): Promise<Compute> {
  const { spawn, hashing } = platform();
  const here = new InPlace(hashing ?? engineHashing);
  if (use === false || spawn === undefined || typeof Worker !== "function") return here;
  const { minSize = 0, poolSize = defaultSize() } = typeof use === "object" ? use : {};
  const size = Math.max(1, Math.trunc(poolSize));
  const module = await compiledModule();
  const pool = pools.get(size) ?? new Pool({ size, spawn: () => spawn(workerUrl()), module, fallback: here });
  pools.set(size, pool);
  if (minSize === 0) return pool;
  return {
    run: (task, watch) => (task.kind === "digest" && task.size < minSize ? here : pool).run(task, watch),
  };
}

/** Who packs for a push, the first that comes up. */
export async function chooseCrews(use: UseWebWorkers | undefined): Promise<Crew[]> {
  const { spawn, hashing } = platform();
  const here = crewInPlace(hashing ?? engineHashing, hashing === undefined);
  if (use === false || spawn === undefined || typeof Worker !== "function") return [here];
  const { poolSize = defaultSize() } = typeof use === "object" ? use : {};
  const module = await compiledModule();
  return [crewOfWorkers(Math.max(1, Math.trunc(poolSize)), () => spawn(workerUrl()), module), here];
}

/** The page's own thread is idle while lanes work, so every core counts. */
function defaultSize(): number {
  return Math.min(Math.max(navigator.hardwareConcurrency, 2), 6);
}
