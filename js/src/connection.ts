/**
 * Whether the device has a connection, as far as the platform tells: pages and workers do, Node does not.
 *
 * Invariant: what it says is a hint. That there is none is believed when an event says so, or when a request has just failed; and
 * never for longer than a minute, because some systems are wrong about themselves for ever: then it is tried.
 */

/** Milliseconds after which a connection is tried of which the platform says that it is not there. */
const TRY_AFTER_MS = 60_000;

/** The part of a page's or a worker's globals that tells. */
interface Teller {
  readonly navigator?: { readonly onLine?: boolean };
  readonly addEventListener: (type: "online" | "offline", listener: () => void) => void;
  readonly removeEventListener: (type: "online" | "offline", listener: () => void) => void;
}

/** A watch that goes on. */
export interface ConnectionWatch {
  /** Looks at what the platform says now: a request has failed. */
  look(): void;
  /** Somebody knows better: there is one, until the platform says otherwise. */
  assume(): void;
  stop(): void;
}

/** Whether the platform says that there is none. */
export function isOffline(): boolean {
  return (globalThis as unknown as Teller).navigator?.onLine === false;
}

/** Tells of each change, the first being that there is no connection. */
export function watchConnection(tell: (online: boolean) => void): ConnectionWatch {
  const host = globalThis as unknown as Teller;
  let isOnline = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const set = (online: boolean): void => {
    clearTimeout(timer);
    if (!online) timer = setTimeout(set, TRY_AFTER_MS, true);
    if (online === isOnline) return;
    isOnline = online;
    tell(online);
  };
  const look = (): void => {
    if (isOffline()) set(false);
  };
  const assume = (): void => {
    set(true);
  };
  if (typeof host.navigator?.onLine !== "boolean") return { look, assume, stop: () => undefined };
  host.addEventListener("online", assume);
  host.addEventListener("offline", look);
  return {
    look,
    assume,
    stop: () => {
      clearTimeout(timer);
      host.removeEventListener("online", assume);
      host.removeEventListener("offline", look);
    },
  };
}
