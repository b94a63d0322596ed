/**
 * A file stored by Xet, read range by range: where its bytes lie is asked of the store, the parts of xorbs are fetched from
 * where it says, and unpacked.
 *
 * Invariants: a range is read in windows, a few side by side, and given in order, so that memory does not grow with the file; a
 * window that comes is as long as it should be; a read of the whole file ends only when its hash is the one that the Hub told; the
 * Hub's token goes to the Hub alone. What a store refuses is read from the Hub itself, which has the same bytes.
 */
import { inOrder } from "./in-order.js";
import type { ReadToken } from "./read-token.js";
import { Slots } from "./slots.js";
import { unpackSomewhere } from "./unpacker.js";
import type { Unpacked, UnpackTask, UnpackTerm } from "./unpack.js";
import { linkedController } from "../abort.js";
import { engine } from "../engine.js";
import { HubferryError, IntegrityError, InvalidApiResponseFormatError, isHubferryError } from "../errors.js";
import { call, callBytes } from "../hub/call.js";
import type { HubParams } from "../hub/params.js";
import type { RangeReader } from "../source/lazy.js";
import { XetFileHasher } from "../wasm/core.js";
import type { Answers, Ask } from "../wire.js";

type Plan = NonNullable<Answers["reconstruct"]>;
type Reconstruct = Extract<Ask, { type: "reconstruct" }>;
type Bytes = Uint8Array<ArrayBuffer>;

/** One file. */
export interface XetFileSpec {
  /** In whose name; its signal ends every read. */
  readonly params: HubParams;
  readonly token: ReadToken;
  /** For messages. */
  readonly path: string;
  /** The Xet hash. */
  readonly hash: string;
  /** In bytes. */
  readonly size: number;
  /** Windows side by side. @default 4 */
  readonly windows?: number | undefined;
  /** Reads from the Hub itself; rejects when the Hub has another file there by now. */
  readonly plain: () => Promise<Pick<RangeReader, "read">>;
}

/** Bytes read at once: large enough for the requests not to matter, small enough for a few in memory. */
const WINDOW = 8 * 1024 * 1024;
/** Windows side by side. */
const WINDOWS = 4;
/** Fetches of one file side by side: as many connections as HTTP/1.1 has to one host. */
const FETCHES = 6;
/** Plans made for one window: URLs expire, and what came spoilt may come whole. */
const PLANS = 3;
/** Tokens asked for to make one plan. */
const TOKENS = 3;

/** Failures that another way of reading would not change. */
const FINAL: ReadonlySet<string> = new Set<HubferryError["code"]>(["integrity", "offline", "invalid_input"]);

/** Reads one file. */
export class XetFile implements RangeReader {
  readonly #file: XetFileSpec;
  readonly #slots: Slots;
  #plain: Promise<Pick<RangeReader, "read">> | undefined;

  constructor(file: XetFileSpec) {
    this.#file = file;
    this.#slots = new Slots(file.windows === 1 ? 1 : FETCHES);
  }

  async read(start: number, end: number): Promise<Bytes> {
    const all = new Uint8Array(end - start);
    let at = 0;
    for await (const bytes of this.#pieces(start, end, this.#file.params.abortSignal)) {
      all.set(bytes, at);
      at += bytes.length;
    }
    return all;
  }

  stream(start: number, end: number): Promise<ReadableStream<Bytes>> {
    const { controller: stop, release } = linkedController(this.#file.params.abortSignal);
    const pieces = this.#pieces(start, end, stop.signal);
    const stream = new ReadableStream<Bytes>({
      pull: async (controller) => {
        try {
          const { done, value } = await pieces.next();
          if (done !== true) {
            controller.enqueue(value);
            return;
          }
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        release();
      },
      cancel: async (reason) => {
        stop.abort(reason);
        release();
        await pieces.return();
      },
    });
    return Promise.resolve(stream);
  }

  /** The range in order, window by window; the next ones are on their way already. */
  async *#pieces(start: number, end: number, signal: AbortSignal | undefined): AsyncGenerator<Bytes, void, void> {
    const { path, hash, size, windows = WINDOWS } = this.#file;
    await engine();
    const isWhole = start === 0 && end === size;
    const hasher = new XetFileHasher();
    const { controller, release } = linkedController(signal);
    const range = { start, end, window: WINDOW, count: windows };
    const windowsOf = inOrder(range, (from, to) => this.#window(from, to, isWhole, controller.signal));
    let isHashed = isWhole;
    try {
      for await (const window of windowsOf) {
        if ("hashes" in window) {
          hasher.update(window.hashes);
          yield window.bytes;
        } else {
          isHashed = false;
          yield window;
        }
      }
      if (isHashed && hasher.digest() !== hash) {
        throw new IntegrityError(`What the store gave for ${JSON.stringify(path)} is not the file that the Hub has`, {
          path,
        });
      }
    } finally {
      controller.abort();
      release();
      hasher.free();
    }
  }

  /** One window: unpacked, or as the Hub itself gives it. */
  async #window(start: number, end: number, hashed: boolean, signal: AbortSignal): Promise<Unpacked | Bytes> {
    if (this.#plain === undefined) {
      try {
        return await this.#unpacked(start, end, hashed, signal);
      } catch (error) {
        if (signal.aborted || !isHubferryError(error) || FINAL.has(error.code)) throw error;
        this.#plain ??= this.#file.plain();
      }
    }
    return await (await this.#plain).read(start, end);
  }

  async #unpacked(start: number, end: number, hashed: boolean, signal: AbortSignal): Promise<Unpacked> {
    const size = end - start;
    for (let attempt = 1; ; attempt++) {
      const plan = await this.#plan(start, end, signal);
      const { controller, release } = linkedController(signal);
      try {
        const { signal } = controller;
        const bodies = await Promise.all(plan.fetches.map((fetch) => this.#fetch(fetch, signal)));
        const parts = plan.fetches.map(({ chunks }) => chunks);
        return await this.#unpack({ bodies, parts, terms: termsOf(plan, size), size, hashed });
      } catch (error) {
        if (signal.aborted || attempt === PLANS || !isPassing(error)) throw error;
      } finally {
        controller.abort();
        release();
      }
    }
  }

  async #unpack(task: UnpackTask): Promise<Unpacked> {
    try {
      return await unpackSomewhere(task);
    } catch (error) {
      if (!(error instanceof InvalidApiResponseFormatError)) throw error;
      const { path } = this.#file;
      const message = `What the store gives for ${JSON.stringify(path)} is damaged (${error.message})`;
      throw new IntegrityError(message, { path, cause: error });
    }
  }

  /** Where the bytes lie. */
  async #plan(start: number, end: number, signal: AbortSignal): Promise<Plan> {
    const { token, hash } = this.#file;
    const params = { ...this.#file.params, abortSignal: signal };
    for (let tokens = 1; ; tokens++) {
      const grant = await token.get(params);
      const ask = (older: boolean): Reconstruct => ({
        type: "reconstruct",
        casUrl: grant.casUrl,
        casToken: grant.accessToken,
        hash,
        range: [start, end],
        older,
      });
      try {
        const newer = token.older ? null : await call(params, ask(false));
        if (newer !== null) return newer;
        const plan = await call(params, ask(true));
        if (plan === null) throw new HubferryError("internal", "a plan is missing");
        token.older = true;
        return plan;
      } catch (error) {
        if (!isHubferryError(error) || error.code !== "unauthorized" || tokens === TOKENS) throw error;
        await token.drop(grant);
      }
    }
  }

  #fetch({ url, range }: Plan["fetches"][number], signal: AbortSignal): Promise<ArrayBuffer> {
    const [start, end] = range;
    const params = { ...this.#file.params, abortSignal: signal };
    return this.#slots.run(async () => {
      const bytes = await callBytes(params, { type: "fetchData", url, range: [start, end] }, end - start);
      return bytes.buffer;
    }, signal);
  }
}

/** Which bytes of each term are wanted. */
function termsOf({ skip, terms }: Plan, size: number): UnpackTerm[] {
  let left = size;
  let from = skip;
  return terms.map(({ fetch, chunks, bytes }) => {
    const to = Math.min(bytes, from + left);
    const term = { part: fetch, chunks, length: bytes, from, to };
    left -= to - from;
    from = 0;
    return term;
  });
}

/** Whether a new plan may help: a URL has expired, what came was not what it should be, or the worker went. */
function isPassing(error: unknown): boolean {
  return isHubferryError(error) && ["forbidden", "integrity", "internal"].includes(error.code);
}
