// A push reduced to its packing: what the machine would tell the data plane, and a store that believes nothing. The engine is the real
// one; lanes and authority are on this thread, as many as the test wants, and may be killed.
import { expect } from "vitest";
import { Desk } from "../../src/compute/pack/desk.js";
import { Lane } from "../../src/compute/pack/lane.js";
import type { Crew, Seat } from "../../src/compute/pack/crew.js";
import type { FromDesk, FromLane, ToDesk, ToLane } from "../../src/compute/pack/messages.js";
import { Packing, type News } from "../../src/compute/pack/packing.js";
import type { PackJournal } from "../../src/compute/pack/records.js";
import { localLine, portOf, type Port } from "../../src/compute/pack/port.js";
import { engineHashing } from "../../src/compute/hashing.js";
import { fileHash, parseShard, parseXorb, type Chunk, type ShardFile } from "../../src/core/index.js";
import type { Outgoing, Transport } from "../../src/transport/transport.js";
import type { IngestedView, PackOptionsView, RequestView } from "../../src/wire.js";
import { DedupAuthority, Packer } from "../../src/wasm/core.js";

export const MIB = 1024 * 1024;

/** Enough for tests, and small enough for many xorbs. */
export const OPTIONS: PackOptionsView = {
  lanes: 1,
  xorbBytes: 2 * MIB,
  bodies: 1,
  undecidedBytes: 4 * MIB,
  indexBytes: MIB,
};

/** A store: takes xorbs and shards, checks them, and gives files back. */
export class Store implements Transport {
  readonly xorbs = new Map<string, { hash: string; chunks: (Chunk & { bytes: Uint8Array })[] }>();
  readonly files = new Map<string, ShardFile>();
  /** Bytes of bodies of xorbs that came. */
  received = 0;
  /** Hashes of xorbs in the order in which they came. */
  readonly order: string[] = [];
  /** Holds requests up while it is there. */
  gate: Promise<void> | undefined;

  async send({ url, body }: Outgoing): ReturnType<Transport["send"]> {
    const bytes = body instanceof Blob ? new Uint8Array(await body.arrayBuffer()) : (body as Uint8Array).slice();
    await this.gate;
    if (url.endsWith("/shards")) this.#register(bytes);
    else this.#take(url.slice(url.lastIndexOf("/") + 1), bytes);
    return { status: 200, headers: [], text: "{}", response: undefined };
  }

  /** The content of a file by its name. */
  read(xetHash: string): Uint8Array {
    const file = this.files.get(xetHash);
    if (file === undefined) throw new Error(`no shard names the file ${xetHash}`);
    const chunks = file.terms.flatMap(({ xorbHash, start, end }) => {
      const xorb = this.xorbs.get(xorbHash);
      if (xorb === undefined) throw new Error(`the xorb ${xorbHash} was never stored`);
      return xorb.chunks.slice(start, end);
    });
    expect(fileHash(chunks)).toBe(xetHash);
    return new Uint8Array(Buffer.concat(chunks.map(({ bytes }) => bytes)));
  }

  #take(hash: string, body: Uint8Array): void {
    const xorb = parseXorb(body);
    expect(xorb.hash).toBe(hash);
    expect(this.order).not.toContain(hash);
    this.xorbs.set(hash, xorb);
    this.order.push(hash);
    this.received += body.length;
  }

  #register(body: Uint8Array): void {
    const { files, xorbs } = parseShard(body);
    for (const { hash } of xorbs) expect(this.xorbs.has(hash), "a xorb is stored before its shard").toBe(true);
    for (const file of files) this.files.set(file.fileHash, file);
  }
}

/** A lane of the crew below, or its authority. */
interface Placed {
  readonly kind: "lane" | "desk";
  readonly kill: () => void;
  /** Hears nothing any more, as one that the system has ended. */
  isDeaf: boolean;
  isOver: boolean;
}

/** Lanes on this thread, with lines as between threads. */
export class TestCrew implements Crew {
  readonly canHelp = true;
  readonly seats: Placed[] = [];
  readonly #store: Store;

  constructor(
    readonly lanes: number,
    store: Store,
  ) {
    this.#store = store;
  }

  /** Seats that are taken. */
  get open(): number {
    return this.seats.filter(({ isOver }) => !isOver).length;
  }

  desk(indexBytes: number, signal: AbortSignal): ReturnType<Crew["desk"]> {
    const [port, page] = localLine<FromDesk, ToDesk>();
    const authority = new DedupAuthority(indexBytes);
    return Promise.resolve(this.#seat("desk", port, new Desk({ authority, transport: this.#store, page }), signal));
  }

  lane(...[options, line, signal]: Parameters<Crew["lane"]>): ReturnType<Crew["lane"]> {
    const [port, page] = localLine<FromLane, ToLane>();
    const packer = new Packer(options.lane, options.xorbBytes, options.bodies, options.undecidedBytes);
    const parts = { options, packer, hashing: engineHashing, hashesBeside: false, transport: this.#store };
    const lane = new Lane({ ...parts, page, authority: portOf(line) });
    return Promise.resolve(this.#seat("lane", port, lane, signal));
  }

  line(): ReturnType<Crew["line"]> {
    const { port1, port2 } = new MessageChannel();
    return { near: port1, far: port2 };
  }

  /** Lets one fall silent. */
  deafen(kind: Placed["kind"]): void {
    for (const seat of this.seats.filter((seat) => seat.kind === kind)) seat.isDeaf = true;
  }

  /** Kills one as a crash would. */
  kill(kind: Placed["kind"], index = 0): void {
    this.seats.filter((seat) => seat.kind === kind)[index]?.kill();
  }

  #seat<In, Out>(
    kind: Placed["kind"],
    port: Port<In, Out>,
    worker: { stop: () => void },
    signal: AbortSignal,
  ): Seat<In, Out> {
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const placed: Placed = {
      kind,
      isDeaf: false,
      isOver: false,
      kill: () => {
        placed.isOver = true;
        worker.stop();
        port.close();
        end();
      },
    };
    signal.addEventListener("abort", placed.kill);
    this.seats.push(placed);
    const line: Port<In, Out> = {
      listen: port.listen.bind(port),
      close: port.close.bind(port),
      post: (message) => {
        if (!placed.isDeaf) port.post(message);
      },
    };
    return { port: line, ended, stop: placed.kill };
  }
}

/** Records in memory, as a device keeps them. */
export class MemoryJournal implements PackJournal {
  bytes = new Uint8Array();
  /** How often what was there could not be used. */
  setAsides = 0;
  /** How long a write takes. */
  readonly #slowMs: number;
  #writing: Promise<void> = Promise.resolve();
  #kills = 0;

  constructor(slowMs = 0) {
    this.#slowMs = slowMs;
  }

  /** What is not written is lost. */
  kill(): void {
    this.#kills += 1;
  }

  read(): Promise<Uint8Array<ArrayBuffer>> {
    return Promise.resolve(this.bytes.slice());
  }

  append(bytes: Uint8Array): void {
    const kills = this.#kills;
    const write = (): void => {
      if (kills === this.#kills) this.bytes = new Uint8Array(Buffer.concat([this.bytes, bytes]));
    };
    if (this.#slowMs === 0) {
      write();
      return;
    }
    this.#writing = this.#writing.then(() => new Promise((resolve) => setTimeout(resolve, this.#slowMs))).then(write);
  }

  written(): Promise<void> {
    return this.#writing;
  }

  replace(bytes: Uint8Array<ArrayBuffer>): void {
    this.bytes = bytes.slice();
  }

  setAside(): void {
    this.setAsides += 1;
  }
}

/** Tells the data plane what a machine would. */
export class Pushed {
  readonly packing: Packing;
  readonly store: Store;
  readonly stop = new AbortController();
  readonly ended: Promise<unknown>;
  /** All that was heard. */
  readonly news: News[] = [];
  /** What a query is answered with. */
  answer: (chunk: string) => Uint8Array | undefined = () => undefined;
  #sending = new Map<number, Promise<void>>();

  constructor(crews: readonly Crew[], store: Store, options: Partial<PackOptionsView> = {}, journal?: PackJournal) {
    this.store = store;
    const hear = (news: News): void => {
      this.#hear(news);
    };
    this.packing = new Packing({ ...OPTIONS, ...options }, crews, hear, journal);
    this.ended = this.packing.run(this.stop.signal);
  }

  /** Nobody stops it but the push. */
  get watch(): { signal: AbortSignal } {
    return { signal: this.stop.signal };
  }

  async ingest(file: number, blob: Blob, sha256?: string, key?: string): Promise<IngestedView> {
    const outcome = await this.packing.ingest({ file, blob, size: blob.size, sha256, key }, this.watch);
    if ("type" in outcome && outcome.type === "ingested" && outcome.file !== undefined) return outcome.file;
    throw new Error("failure" in outcome ? outcome.failure.message : `unexpected: ${outcome.type}`);
  }

  /** Seals, sends and registers everything. */
  async finish(): Promise<number[]> {
    await this.packing.flush();
    while (this.#sending.size > 0) await Promise.all(this.#sending.values());
    const registered: number[] = [];
    for (;;) {
      const shard = await this.packing.shard(MIB, this.watch);
      if (shard === undefined) return registered;
      await this.packing.send({ type: "shard", shard: shard.shard }, request("https://cas.example/shards"), this.watch);
      this.packing.tell({ type: "registered", shard: shard.shard });
      registered.push(...shard.files);
    }
  }

  async end(): Promise<void> {
    this.stop.abort();
    await this.ended;
  }

  #hear(news: News): void {
    this.news.push(news);
    if (news.type === "sealed") {
      const { xorb, hash } = news;
      const sending = this.#send(xorb, hash).finally(() => this.#sending.delete(xorb));
      this.#sending.set(xorb, sending);
    } else if (news.type === "query") void this.#query(news.chunk);
    else for (const xorb of news.xorbs) this.#sending.delete(xorb);
  }

  async #send(xorb: number, hash: string): Promise<void> {
    const isThere = this.store.order.includes(hash);
    const sent = isThere
      ? undefined
      : await this.packing.send({ type: "xorb", xorb }, request(`https://cas.example/xorbs/${hash}`), this.watch);
    if (sent === undefined || ("type" in sent && sent.type === "answered")) this.packing.tell({ type: "stored", xorb });
  }

  async #query(chunk: string): Promise<void> {
    const answer = this.answer(chunk);
    if (answer !== undefined) await this.packing.take("learn", answer.slice(), this.watch);
    this.packing.tell({ type: "settled", chunk });
  }
}

function request(url: string): RequestView {
  return { method: "POST", url, headers: [], body: [], answer: "text" };
}

/** Bytes that neither compress nor repeat. */
export function noise(size: number, seed: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(size / 4));
  let x = seed * 2654435761 || 1;
  for (let at = 0; at < words.length; at++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[at] = x;
  }
  return new Uint8Array(words.buffer, 0, size);
}

/** A blob that counts how often each of its bytes is read. */
export function countedBlob(bytes: Uint8Array<ArrayBuffer>): { blob: Blob; readBytes: () => number } {
  let read = 0;
  const counted = (blob: Blob): Blob =>
    Object.defineProperties(blob, {
      slice: { value: (start?: number, end?: number) => counted(Blob.prototype.slice.call(blob, start, end)) },
      arrayBuffer: {
        value: () => {
          read += blob.size;
          return Blob.prototype.arrayBuffer.call(blob);
        },
      },
    });
  return { blob: counted(new Blob([bytes])), readBytes: () => read };
}
