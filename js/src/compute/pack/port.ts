/**
 * How the parts of a push's data plane speak to each other, whether they are on one thread or on several: messages arrive in the
 * order in which they were posted, and never within the call that posts them.
 */

/** One end of a line. */
export interface Port<In, Out> {
  /** Sends a message; what is transferred is gone here. Nothing happens after the line was closed. */
  post(message: Out, transfer?: Transferable[]): void;
  /**
   * Begins to take messages; once. Those that came before have waited. `closed` is called when the other end is gone, where the
   * platform says so (Chromium from 122 on, Node); perhaps also after a `close` of this end.
   */
  listen(take: (message: In) => void, closed?: () => void): void;
  /** Ends the line; what is on its way may be lost. */
  close(): void;
}

/** An end as it is handed over: that of a `MessageChannel` where it goes to another thread. */
export type Line<In, Out> = Port<In, Out> | MessagePort;

/** The end of a line, however it came. */
export function portOf<In, Out>(port: Line<In, Out>): Port<In, Out> {
  if ("post" in port) return port;
  return {
    post: (message, transfer = []) => {
      port.postMessage(message, transfer);
    },
    listen: (take, closed) => {
      if (closed !== undefined) port.addEventListener("close", closed);
      port.onmessage = (event: MessageEvent<In>) => {
        take(event.data);
      };
    },
    close: () => {
      port.close();
    },
  };
}

/** A line within this thread: messages go by reference. */
export function localLine<A, B>(): [Port<A, B>, Port<B, A>] {
  const near = new LocalPort<A, B>();
  const far = new LocalPort<B, A>();
  near.connect(far);
  far.connect(near);
  return [near, far];
}

class LocalPort<In, Out> implements Port<In, Out> {
  #other: LocalPort<Out, In> | undefined;
  #take: ((message: In) => void) | undefined;
  #waiting: In[] = [];

  connect(other: LocalPort<Out, In>): void {
    this.#other = other;
  }

  post(message: Out): void {
    // What was posted before this end was closed still arrives: a last word goes out that way.
    const other = this.#other;
    queueMicrotask(() => {
      other?.deliver(message);
    });
  }

  listen(take: (message: In) => void): void {
    this.#take = take;
    const waiting = this.#waiting;
    this.#waiting = [];
    queueMicrotask(() => {
      for (const message of waiting) this.deliver(message);
    });
  }

  deliver(message: In): void {
    if (this.#take === undefined) this.#waiting.push(message);
    else this.#take(message);
  }

  close(): void {
    this.#take = () => undefined;
    this.#other = undefined;
  }
}
