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
