/** Finds who computes for a job, and who packs: workers where there are workers, else this thread. */
import { crewOfWorkers, type Crew, type ThreadsOfLanes } from "./pack/crew.js";
import { localLine } from "./pack/port.js";
import type { ToAuthority, Verdicts } from "./pack/messages.js";
import { Pool } from "./pool.js";
import type { Compute } from "./task.js";
import { compile, compiledModule, workerUrl } from "../engine.js";
import { platform } from "../platform.js";
import type { Transport } from "../transport/transport.js";

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

/** Threads of a lane: a file's SHA-256, which takes half of the time, is made by one, the rest by the others. */
const THREADS = 3;

/** Pools by size: jobs that run at the same time share one. */
const pools = new Map<number, Pool>();

/** The compiled engine with threads. */
let sharedModule: Promise<WebAssembly.Module> | undefined;

/** This thread, whose code comes when there is something for it to do. */
const here: Compute = {
  run: async (task, watch) => {
    try {
      return await (await import("./here.js")).computeHere().run(task, watch);
    } catch (error) {
      return {
        kind: "failed",
        failure: { code: "blocked", message: `a part of hubferry did not load (${String(error)})` },
      };
    }
  },
};

/** The same as a crew, which sends by this transport. */
function crewOfThisThread(transport: Transport): Crew {
  const crew = async (): Promise<Crew> => (await import("./here.js")).crewHere(transport);
  return {
    lanes: 1,
    canHelp: false,
    desk: async (...given) => await (await crew()).desk(...given),
    lane: async (...given) => await (await crew()).lane(...given),
    line: () => {
      const [near, far] = localLine<Verdicts, ToAuthority>();
      return { near, far };
    },
  };
}

/** The compute of one job. */
export async function chooseCompute(use: UseWebWorkers | undefined): Promise<Compute> {
  const { spawn } = platform();
  if (use === false || spawn === undefined || typeof Worker !== "function") return here;
  const { minSize = 0, poolSize = defaultSize() } = typeof use === "object" ? use : {};
  const size = sizeOf(poolSize);
  const module = await compiledModule();
  const pool = pools.get(size) ?? new Pool({ size, spawn: () => spawn(workerUrl()), module, fallback: here });
  pools.set(size, pool);
  if (minSize === 0) return pool;
  return {
    run: (task, watch) => (task.kind === "digest" && task.size < minSize ? here : pool).run(task, watch),
  };
}

/** Who packs for a push, the first that comes up; on this thread they send by the push's own transport. */
export async function chooseCrews(use: UseWebWorkers | undefined, transport: Transport): Promise<Crew[]> {
  const { spawn } = platform();
  const crewHere = crewOfThisThread(transport);
  if (use === false || spawn === undefined || typeof Worker !== "function") return [crewHere];
  const { poolSize } = typeof use === "object" ? use : {};
  const plain = {
    lanes: sizeOf(poolSize ?? defaultSize()),
    spawn: () => spawn(workerUrl()),
    module: await compiledModule(),
  };
  const threads = await threadsOfLanes();
  const crews = [crewOfWorkers(plain), crewHere];
  if (threads === undefined) return crews;
  return [crewOfWorkers({ ...plain, lanes: sizeOf(poolSize ?? defaultSize() / 2), threads }), ...crews];
}

/** Threads, where the entry has them and memory can be shared. */
async function threadsOfLanes(): Promise<ThreadsOfLanes | undefined> {
  const offer = platform().threads?.();
  if (offer === undefined) return undefined;
  const { wasm, spawn, onFailed } = offer;
  try {
    sharedModule ??= compile(wasm());
    return { module: await sharedModule, count: THREADS, spawn: () => spawn(workerUrl()), onFailed };
  } catch {
    sharedModule = undefined;
    onFailed();
    return undefined;
  }
}

function sizeOf(poolSize: number): number {
  return Math.max(1, Math.trunc(poolSize));
}

/** The page's own thread is idle while lanes work, so every core counts. */
function defaultSize(): number {
  return Math.min(Math.max(navigator.hardwareConcurrency, 2), 6);
}
