/** Stopping, as the platform does it: a signal with a reason. */

/** The promise, or a rejection with the signal's reason as soon as it aborts; what the promise brings then is dropped. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(reasonOf(signal));
    };
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    const settled = (): void => {
      signal.removeEventListener("abort", abort);
    };
    promise.then(resolve, reject).finally(settled);
  });
}

/**
 * The promise; but once the signal has aborted a rejection with its reason, as soon as the promise has settled, or after `mostMs`. So
 * whoever is stopped has given back what it held, unless it hangs.
 */
export async function onceTidy<T>(promise: Promise<T>, signal: AbortSignal, mostMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort: () => void = () => undefined;
  const late = new Promise<never>((_, reject) => {
    onAbort = (): void => {
      timer = setTimeout(() => {
        reject(reasonOf(signal));
      }, mostMs);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort);
  });
  try {
    const value = await Promise.race([promise, late]);
    signal.throwIfAborted();
    return value;
  } catch (error) {
    throw signal.aborted ? reasonOf(signal) : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

/** The reason of an aborted signal. It is the caller's own, so it may be anything. */
export function reasonOf(signal: AbortSignal): Error {
  return signal.reason as Error;
}

/** A controller that also aborts with another signal; call `release` when it is no longer needed. */
export function linkedController(outer: AbortSignal | undefined): { controller: AbortController; release: () => void } {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort(outer?.reason);
  };
  if (outer?.aborted === true) abort();
  outer?.addEventListener("abort", abort, { once: true });
  return {
    controller,
    release: () => {
      outer?.removeEventListener("abort", abort);
    },
  };
}
