/**
 * One file on two lanes: one reads it and makes its SHA-256, the other packs. Each window goes from the one to the other by
 * transfer, so it is read once and never copied.
 *
 * Invariant: a window goes only when the other side has asked for it.
 */
import type { FromHelper, HelpTask, ToHelper } from "./messages.js";
import type { Port } from "./port.js";
import { ReadAhead, type Readable } from "./read-ahead.js";
import type { Hashing } from "../lane.js";
import { fromFailure } from "../../errors.js";
import { readFailureOf } from "../../source/failure.js";

/** The end of the lane that packs. */
export class Borrowed {
  /** The file's SHA-256, once all its windows have come. */
  readonly digest: Promise<string>;
  readonly #port: Port<FromHelper, ToHelper>;
  readonly #waiting: ((bytes: Uint8Array<ArrayBuffer>) => void)[] = [];
  readonly #digests = new WeakMap<Uint8Array, Uint8Array>();

  constructor(port: Port<FromHelper, ToHelper>) {
    this.#port = port;
    this.digest = new Promise((resolve, reject) => {
      port.listen((message) => {
        switch (message.type) {
          case "window":
            if (message.digest !== undefined) this.#digests.set(message.bytes, message.digest);
            this.#waiting.shift()?.(message.bytes);
            break;
          case "digest":
            resolve(message.sha256);
            break;
          case "failed":
            reject(fromFailure(message.failure));
            break;
        }
      });
    });
    // A failure is told by the window that does not come.
    this.digest.catch(() => undefined);
  }

  /** The next window. There is none where there will be no digest, whether that is known by now or not. */
  next(): Promise<Uint8Array<ArrayBuffer>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(resolve);
      this.digest.catch(reject);
      this.#port.post({ type: "more" });
    });
  }

  /** The saved state of the digest at the end of a window. */
  digestAt(window: Uint8Array): Uint8Array | undefined {
    return this.#digests.get(window);
  }

  /** Takes the memory of a window back. */
  giveBack(bytes: Uint8Array<ArrayBuffer>): void {
    this.#port.post({ type: "spare", bytes }, [bytes.buffer]);
  }

  /** Nothing more is wanted. */
  close(): void {
    this.#port.post({ type: "stop" });
    this.#port.close();
  }
}

/** Bytes that are digested at once: the engine's copy of them stays in the processor's cache. */
const PIECE_BYTES = 256 * 1024;

/** The work of the lane that reads; ends when the other side has all, or wants no more. */
export async function lend(
  task: HelpTask,
  port: Port<ToHelper, FromHelper>,
  hashing: Hashing,
  windowBytes: number,
): Promise<void> {
  const ahead = new ReadAhead<Readable>(windowBytes);
  const wanted = new Wanted(port, ahead);
  const { resume } = task;
  const hasher = hashing.sha256(resume?.digest);
  ahead.add({ ...task, from: resume?.from });
  try {
    for (let window = ahead.take(); window !== undefined; window = ahead.take()) {
      const bytes = await window.bytes;
      let at = Math.max(0, (resume?.digested ?? 0) + bytes.length - window.end);
      for (; at < bytes.length; at += PIECE_BYTES) hasher.update(bytes.subarray(at, at + PIECE_BYTES));
      // The beginning that was read before is on both sides.
      if (bytes === task.head) continue;
      if (!(await wanted.one())) return;
      port.post({ type: "window", bytes, digest: hasher.save?.() }, [bytes.buffer]);
    }
    port.post({ type: "digest", sha256: hasher.digest() });
    // Until the other side hangs up: a line that is closed may lose what is on its way.
    await wanted.one();
  } catch (error) {
    port.post({ type: "failed", failure: readFailureOf(error) });
  } finally {
    hasher.free();
  }
}

/** Counts what the other side has asked for. */
class Wanted {
  #count = 0;
  #isOver = false;
  #wake: () => void = () => undefined;

  /** What comes back goes to `ahead`. */
  constructor(port: Port<ToHelper, FromHelper>, ahead: ReadAhead<Readable>) {
    const over = (): void => {
      this.#isOver = true;
      port.close();
      this.#wake();
    };
    port.listen((message) => {
      if (message.type === "stop") over();
      else if (message.type === "spare") ahead.giveBack(message.bytes);
      else {
        this.#count += 1;
        this.#wake();
      }
    }, over);
  }

  /** Waits for a wish, and takes it; `false` when there will be none. */
  async one(): Promise<boolean> {
    while (this.#count === 0 && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#count -= 1;
    return !this.#isOver;
  }
}
