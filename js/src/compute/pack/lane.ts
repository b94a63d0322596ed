/**
 * A lane that packs: files go through the one pass of the engine, one after the other, and xorbs are sent from here.
 *
 * Invariants: a byte is read once, kept ones included; nothing is read while what was read cannot go on (verdicts are owed, or
 * bodies wait for the store); of a file that was stopped nothing reaches the authority any more, but its chunks stay usable. When
 * the engine fails, the lane says so once and is dead. Runs in a worker, or in place where there are no workers.
 */
import { Borrowed, lend } from "./helper.js";
import type {
  FromLane,
  IngestTask,
  KeptProbe,
  LaneOptions,
  Resumption,
  ToAuthority,
  ToLane,
  Verdicts,
} from "./messages.js";
import { portOf, type Port } from "./port.js";
import { ReadAhead, type Readable } from "./read-ahead.js";
import { Sender } from "./sender.js";
import type { Hasher, Hashing } from "../lane.js";
import { probeAll } from "../probe.js";
import { orAborted } from "../../abort.js";
import { toError } from "../../errors.js";
import { Pace } from "../../pace.js";
import { readFailureOf } from "../../source/failure.js";
import { passingBytes } from "../../source/source.js";
import type { Transport } from "../../transport/transport.js";
import type { FailureView } from "../../wire.js";
import type { Packer } from "../../wasm/core.js";

/** What a lane is made of. */
export interface LaneParts {
  readonly options: LaneOptions;
  /** The engine, of whichever build; freed by the lane. */
  readonly packer: Pick<Packer, keyof Packer>;
  readonly hashing: Hashing;
  /** Whether that hashing is faster than the engine's one pass. */
  readonly hashesBeside: boolean;
  readonly transport: Transport;
  readonly page: Port<ToLane, FromLane>;
  readonly authority: Port<Verdicts, ToAuthority>;
}

/** One file on its way. */
interface Job extends Readable {
  readonly call: number;
  readonly file: number;
  /** Its digest, when it is known or made elsewhere. */
  readonly sha256: string | Promise<string> | undefined;
  /** Makes it here, beside the engine. */
  readonly hasher: Hasher | undefined;
  readonly borrowed: Borrowed | undefined;
  readonly key: string | undefined;
  readonly resume: Resumption | undefined;
  /** Whether the authority hears of how far it is. */
  readonly isTold: boolean;
  /** Aborted when nobody wants it any more. */
  readonly stop: AbortController;
  reported: number;
  state: "waiting" | "read" | "ended" | "stopped";
}

/** Milliseconds between two reports of one file. */
const REPORT_EVERY_MS = 100;

/** Bytes that go through the engine at once: what it copies of a window stays in the processor's cache. */
const PIECE_BYTES = 1024 * 1024;

/**
 * Undecided bytes with which a lane stops reading while its bodies wait for the store: enough to go on with at once, and little to be read
 * again by whoever is killed in that time.
 */
const HELD_UP_BYTES = PIECE_BYTES;

/** See the module. */
export class Lane {
  readonly #parts: LaneParts;
  readonly #sender: Sender;
  readonly #ahead: ReadAhead<Job>;
  readonly #jobs = new Map<number, Job>();
  /** Read to their end, in their order; their verdicts may be owed. */
  readonly #ended: Job[] = [];
  readonly #kept = new Map<number, Uint8Array<ArrayBuffer>>();
  readonly #over = new AbortController();
  #sealed = 0;
  #stored = 0;
  #isRunning = false;
  #isFlushing = false;
  #wake: () => void = () => undefined;

  constructor(parts: LaneParts) {
    const { options, packer, transport, page, authority } = parts;
    this.#parts = parts;
    this.#ahead = new ReadAhead(options.windowBytes);
    const bodyOf = (body: number): Uint8Array => packer.body(body);
    this.#sender = new Sender(transport, bodyOf, (message) => {
      page.post(message);
    });
    page.listen((message) => {
      this.#guard(() => {
        this.#take(message);
      });
    });
    authority.listen(({ verdicts }) => {
      this.#guard(() => {
        packer.decide(verdicts);
        this.#moved();
      });
    });
  }

  /** Ends everything in the middle of it, and gives the memory back. */
  stop(): void {
    if (this.#isOver) return;
    this.#over.abort();
    this.#sender.stop();
    this.#kept.clear();
    for (const job of this.#jobs.values()) letGo(job);
    this.#jobs.clear();
    this.#parts.page.close();
    this.#parts.authority.close();
    this.#parts.packer.free();
    this.#wake();
  }

  get #isOver(): boolean {
    return this.#over.signal.aborted;
  }

  #take(message: ToLane): void {
    switch (message.type) {
      case "probe":
        void this.#probe(message.call, message.files);
        break;
      case "ingest":
        this.#begin(message.call, message.task);
        break;
      case "help":
        void lend(message.task, portOf(message.to), this.#parts.hashing, this.#parts.options.windowBytes);
        break;
      case "flush":
        this.#isFlushing = true;
        this.#moved();
        break;
      case "stored":
        this.#parts.packer.stored(message.body);
        this.#stored += 1;
        this.#moved();
        break;
      case "forget":
        for (const file of message.files) this.#kept.delete(file);
        break;
      case "stop": {
        const job = this.#jobs.get(message.call);
        if (job === undefined) this.#sender.take(message);
        else this.#abandon(job);
        break;
      }
      case "send":
      case "copy":
      case "ping":
        this.#sender.take(message);
        break;
    }
  }

  async #probe(call: number, files: readonly KeptProbe[]): Promise<void> {
    const heads: (Uint8Array<ArrayBuffer> | undefined)[] = [];
    const onRead = (index: number, bytes: Uint8Array<ArrayBuffer>): void => {
      const probe = files[index];
      if (probe?.keep !== true) return;
      if (probe.whole) this.#kept.set(probe.file, bytes);
      else heads[index] = bytes;
    };
    let results;
    try {
      results = await probeAll(files, this.#parts.hashing, this.#over.signal, onRead);
    } catch (error) {
      // Stopped meanwhile: nobody waits for it.
      if (!this.#isOver) this.#break(error);
      return;
    }
    const samples = results.map((result, index) => {
      const head = heads[index];
      return head === undefined ? { result } : { result, head };
    });
    this.#parts.page.post({ type: "probed", call, files: samples });
  }

  #begin(call: number, { file, blob, size, sha256, key, resume, head, helper }: IngestTask): void {
    const { hashing, hashesBeside, options } = this.#parts;
    const borrowed = helper && new Borrowed(portOf(helper));
    const known = sha256 ?? borrowed?.digest;
    // One that is shorter than a xorb is read again sooner than that the platform's faster digest, which cannot be saved, is done without.
    const isTold = key !== undefined && size > options.xorbBytes;
    const isWhole = resume === undefined || resume.from === 0;
    const job: Job = {
      call,
      file,
      blob,
      size,
      key,
      resume,
      isTold,
      from: resume?.from,
      head: head ?? (isWhole ? this.#kept.get(file) : undefined),
      ...(borrowed && { next: () => borrowed.next() }),
      borrowed,
      sha256: known,
      hasher: known === undefined && hashesBeside && !isTold && isWhole ? hashing.sha256() : undefined,
      stop: new AbortController(),
      reported: performance.now(),
      state: "waiting",
    };
    this.#kept.delete(file);
    this.#jobs.set(call, job);
    this.#ahead.add(job);
    if (!this.#isRunning) void this.#run();
  }

  /** Feeds the engine until nothing is left to be read. */
  async #run(): Promise<void> {
    this.#isRunning = true;
    const pace = new Pace();
    try {
      for (;;) {
        // Nobody knows how long the next read takes: what is packed meanwhile must be decided first.
        if (!this.#ahead.isReady) this.#ask(true);
        const window = this.#ahead.take();
        if (window === undefined) break;
        const { from: job, end, isOwn } = window;
        let bytes;
        try {
          // A read may take for ever.
          bytes = await orAborted(window.bytes, job.stop.signal);
        } catch (error) {
          if (!this.#isOver) this.#fail(job, readFailureOf(error));
          continue;
        }
        let at = 0;
        do {
          const piece = bytes.subarray(at, at + PIECE_BYTES);
          if (pace.due) await pace.turn();
          await this.#room();
          if (this.#isOver) return;
          if (job.state === "stopped") break;
          at += piece.length;
          this.#feed(job, piece, end - bytes.length + at);
        } while (at < bytes.length);
        if (job.isTold && job.state === "read") this.#tellCheckpoint(job.borrowed?.digestAt(bytes));
        if (isOwn) (job.borrowed ?? this.#ahead).giveBack(bytes);
        else passingBytes(job.blob)?.giveBack(bytes);
      }
    } catch (error) {
      this.#break(error);
    } finally {
      this.#isRunning = false;
    }
    this.#guard(() => {
      this.#moved();
    });
  }

  /** Waits until the engine can take another window; what is to be sealed comes first. */
  async #room(): Promise<void> {
    const { packer } = this.#parts;
    while (!this.#isOver && (this.#isFlushing || packer.undecidedBytes() >= this.#mostUndecided)) {
      this.#ask(true);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  get #mostUndecided(): number {
    const { bodies, undecidedBytes } = this.#parts.options;
    return this.#sealed - this.#stored < bodies ? undecidedBytes : Math.min(HELD_UP_BYTES, undecidedBytes);
  }

  /** Takes bytes of a file, up to this one. */
  #feed(job: Job, bytes: Uint8Array<ArrayBuffer>, end: number): void {
    const { packer, page } = this.#parts;
    if (job.state === "waiting") {
      const digests = job.sha256 === undefined && job.hasher === undefined;
      packer.begin(job.file, digests, job.key, job.resume?.record);
      job.state = "read";
    }
    job.hasher?.update(bytes);
    packer.feed(bytes);
    if (end === job.size) {
      packer.end();
      job.state = "ended";
      this.#ended.push(job);
    } else if (performance.now() - job.reported >= REPORT_EVERY_MS) {
      job.reported = performance.now();
      page.post({ type: "progress", call: job.call, bytes: end });
    }
    this.#ask(false);
    this.#moved();
  }

  /** Says how far the file is. `digest` is the state of its digest where somebody else makes it. */
  #tellCheckpoint(digest: Uint8Array | undefined): void {
    const { packer, authority } = this.#parts;
    const checkpoint = packer.takeCheckpoint(digest);
    if (checkpoint.length > 0) authority.post({ type: "checkpoint", checkpoint }, [checkpoint.buffer]);
  }

  #ask(all: boolean): void {
    if (this.#isOver) return;
    const chunks = this.#parts.packer.takeQuestions(all);
    if (chunks.length > 0) this.#parts.authority.post({ type: "ask", chunks }, [chunks.buffer]);
  }

  /** The engine has gone on: tells what came of it. */
  #moved(): void {
    if (this.#isOver) return;
    this.#tellSealed();
    const { packer, authority } = this.#parts;
    for (let file = packer.takeFinished(); file !== undefined; file = packer.takeFinished()) void this.#finish(file);
    if (this.#isFlushing) {
      this.#ask(true);
      if (packer.undecidedChunks() === 0) {
        this.#isFlushing = false;
        packer.flush();
        this.#tellSealed();
        authority.post({ type: "flushed" });
      }
    }
    this.#wake();
  }

  #tellSealed(): void {
    const { packer, authority } = this.#parts;
    for (let xorb = packer.takeSealed(); xorb !== undefined; xorb = packer.takeSealed()) {
      const { length } = packer.body(this.#sealed);
      this.#sealed += 1;
      authority.post({ type: "sealed", xorb, bytes: length }, [xorb.buffer]);
    }
  }

  async #finish(file: Uint8Array): Promise<void> {
    const job = this.#ended.shift();
    if (job === undefined || job.state === "stopped") return;
    let sha256;
    try {
      sha256 = job.hasher?.digest() ?? (await job.sha256);
    } catch (error) {
      if (!this.#isOver) this.#fail(job, readFailureOf(error));
      return;
    }
    // Stopped while its digest was under way.
    if (!this.#jobs.delete(job.call)) return;
    letGo(job);
    this.#parts.authority.post({ type: "finished", call: job.call, file, sha256 }, [file.buffer]);
  }

  #fail(job: Job, failure: FailureView): void {
    if (this.#abandon(job)) this.#parts.page.post({ type: "failed", call: job.call, failure });
  }

  /** Whether it was under way. */
  #abandon(job: Job): boolean {
    if (!this.#jobs.delete(job.call)) return false;
    if (job.state === "read") this.#parts.packer.abandon();
    job.state = "stopped";
    letGo(job);
    this.#ahead.drop(job);
    return true;
  }

  #guard(work: () => void): void {
    if (this.#isOver) return;
    try {
      work();
    } catch (error) {
      this.#break(error);
    }
  }

  /** The engine does not work any more. */
  #break(error: unknown): void {
    if (this.#isOver) return;
    this.#parts.page.post({ type: "broken", message: toError(error).message });
    this.stop();
  }
}

function letGo(job: Job): void {
  job.stop.abort();
  job.hasher?.free();
  job.borrowed?.close();
}
