/**
 * One push at a time: begins it, looks at its numbers a few times a second, and passes on what the person wants of it meanwhile.
 *
 * Invariants: the files are handed over in slices, so that a hundred thousand of them hold up nobody; a push that was cancelled before
 * it had a job ends as one that had.
 *
 * What a push ends in, and what comes after it, is the model's business.
 */
import type { Account } from "./account.js";
import type { Announcer } from "./announcer.js";
import { Breath } from "./breath.js";
import { isAbort } from "./failure.js";
import { Narrator } from "./narrator.js";
import type { Package } from "./package.js";
import { runPush, type Pushed, type PushPlan } from "./push-run.js";
import type { Throttle } from "./throttle.js";
import { Transfer } from "./transfer.js";

/** Milliseconds between two looks at the job's numbers. */
const TICK_MS = 250;

/** Who hears of it. */
export interface PushingListener {
  /** Something that is shown has changed. */
  changed(): void;
  /** A push moved on, a few times a second. */
  progressed(transfer: Transfer): void;
}

/** One file of a push. */
export interface PushFile {
  /** Path below the folder. */
  readonly path: string;
  readonly size: number;
  readonly content: Blob;
}

/** What is pushed; the files come in slices. */
export interface PushOrder extends Omit<PushPlan, "folder"> {
  readonly files: Iterable<PushFile>;
}

/** A push that has ended without a result. */
export class PushEnded extends Error {
  readonly transfer: Transfer;
  /** Whether the person wanted it. */
  readonly cancelled: boolean;

  constructor(cause: unknown, transfer: Transfer) {
    super("the push has ended", { cause });
    this.transfer = transfer;
    this.cancelled = transfer.cancelling || isAbort(cause);
  }
}

/** Runs pushes. */
export class Pushing {
  readonly #hub: Package;
  readonly #account: Account;
  readonly #throttle: Throttle;
  readonly #narrator: Narrator;
  readonly #listener: PushingListener;
  #transfer: Transfer | undefined;
  #stop: AbortController | undefined;

  constructor(hub: Package, account: Account, throttle: Throttle, announcer: Announcer, listener: PushingListener) {
    this.#hub = hub;
    this.#account = account;
    this.#throttle = throttle;
    this.#narrator = new Narrator(announcer);
    this.#listener = listener;
  }

  /** Begins to show a push that {@link run} then makes. */
  begin(total: number, totalBytes: number): Transfer {
    const transfer = new Transfer(total, totalBytes, () => {
      this.#listener.changed();
    });
    this.#transfer = transfer;
    this.#stop = new AbortController();
    this.#narrator.begin(transfer);
    return transfer;
  }

  /** Pushes. Rejects with {@link PushEnded}. */
  async run(transfer: Transfer, { files, ...order }: PushOrder): Promise<Pushed> {
    const { signal } = this.#stop ?? new AbortController();
    const ticking = setInterval(() => {
      this.#tick(transfer);
    }, TICK_MS);
    try {
      const folder = await this.#gather(transfer, files, order.pathInRepo, signal);
      const plan: PushPlan = { ...order, folder };
      return await runPush(this.#hub, this.#account, plan, transfer, signal, (job) => {
        if (job !== undefined) this.#throttle.apply(job);
        this.#listener.changed();
      });
    } catch (error) {
      throw new PushEnded(error, transfer);
    } finally {
      clearInterval(ticking);
      this.#transfer = undefined;
      this.#stop = undefined;
    }
  }

  /** Pauses the push. */
  pause(): void {
    this.#during((transfer) => {
      transfer.pause();
      this.#narrator.paused(true);
    });
  }

  /** Goes on with the push. */
  resume(): void {
    this.#during((transfer) => {
      transfer.resume();
      this.#narrator.paused(false);
    });
  }

  /** Stops the push for good. */
  cancel(): void {
    this.#during((transfer) => {
      transfer.cancel();
      this.#stop?.abort();
    });
  }

  /** The person wants another speed. */
  throttled(): void {
    this.#during(({ job }) => {
      if (job !== undefined) this.#throttle.apply(job);
    });
  }

  async #gather(
    transfer: Transfer,
    files: Iterable<PushFile>,
    pathInRepo: string,
    signal: AbortSignal,
  ): Promise<Map<string, Blob>> {
    const folder = new Map<string, Blob>();
    const breath = new Breath();
    for (const { path, size, content } of files) {
      folder.set(path, content);
      transfer.files.add(pathInRepo === "" ? path : `${pathInRepo}/${path}`, size);
      if (!breath.due) continue;
      await breath.take();
      signal.throwIfAborted();
    }
    return folder;
  }

  #tick(transfer: Transfer): void {
    transfer.tick();
    this.#narrator.look(transfer);
    this.#listener.progressed(transfer);
    this.#listener.changed();
  }

  #during(act: (transfer: Transfer) => void): void {
    if (this.#transfer === undefined) return;
    act(this.#transfer);
    this.#listener.changed();
  }
}
