/**
 * One push at a time for one journal: by a Web Lock, which all tabs and workers of an origin see. Where there are none, and nothing
 * better is handed in by the platform, only pushes of this thread see each other.
 */

/** Gives back what was taken. */
export type Unlock = () => void;

/**
 * Takes the lock of that name; calls `onWait` once when somebody else has it.
 *
 * Errors: the signal's reason.
 */
export type Lock = (name: string, onWait: () => void, signal: AbortSignal) => Promise<Unlock>;

/** See the module. */
export const takeLock: Lock = async (name, onWait, signal) => {
  const locks = (globalThis.navigator as Navigator | undefined)?.locks;
  if (locks === undefined) return await takeLocal(name, onWait, signal);
  const now = await request(locks, name, { ifAvailable: true });
  if (now !== undefined) return now;
  onWait();
  const later = await request(locks, name, { signal });
  if (later === undefined) throw new Error("a lock was waited for and not given");
  return later;
};

/** Resolves when the lock is held, or with nothing when it is not to be had. */
function request(locks: LockManager, name: string, options: LockOptions): Promise<Unlock | undefined> {
  return new Promise((resolve, reject) => {
    locks
      .request(name, options, (lock) => {
        if (lock === null) {
          resolve(undefined);
          return undefined;
        }
        return new Promise<void>((unlock) => {
          resolve(unlock);
        });
      })
      .catch(reject);
  });
}

/** By name, the end of the last one in the queue. */
const queues = new Map<string, Promise<void>>();

async function takeLocal(name: string, onWait: () => void, signal: AbortSignal): Promise<Unlock> {
  const before = queues.get(name);
  let unlock: Unlock = () => undefined;
  const own = new Promise<void>((resolve) => {
    unlock = resolve;
  });
  const end = (before ?? Promise.resolve()).then(() => own);
  queues.set(name, end);
  void end.then(() => {
    if (queues.get(name) === end) queues.delete(name);
  });
  if (before === undefined) return unlock;
  onWait();
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
  });
  try {
    await Promise.race([before, aborted]);
    return unlock;
  } catch (error) {
    unlock();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
