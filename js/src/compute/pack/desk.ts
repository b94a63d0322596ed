/**
 * The authority of a push at its desk: it answers the lanes, takes in what the store says, and tells the page what has come to pass.
 *
 * Invariants: whatever a lane has made is known here before the page hears of it; a lane that is lost is not heard any more; when
 * the engine fails, the desk says so once and is closed. Runs in a worker of its own, or in place where there are no workers.
 */
import type { FromDesk, ToAuthority, ToDesk, Verdicts } from "./messages.js";
import { portOf, type Line, type Port } from "./port.js";
import { Sender } from "./sender.js";
import { toError } from "../../errors.js";
import type { Transport } from "../../transport/transport.js";
import type { DedupAuthority } from "../../wasm/core.js";

/** What a desk is made of. */
export interface DeskParts {
  /** The engine; freed by the desk. */
  readonly authority: DedupAuthority;
  readonly transport: Transport;
  readonly page: Port<ToDesk, FromDesk>;
}

type LanePort = Port<ToAuthority, Verdicts>;

/** See the module. */
export class Desk {
  readonly #parts: DeskParts;
  readonly #sender: Sender;
  readonly #lanes = new Map<number, LanePort>();
  /** How many xorbs each lane has sealed. */
  readonly #sealed = new Map<number, number>();
  /** Whether records are wanted. */
  #writes = false;
  #isOver = false;

  constructor(parts: DeskParts) {
    const { authority, transport, page } = parts;
    this.#parts = parts;
    const bodyOf = (shard: number): Uint8Array => authority.shardBody(shard);
    this.#sender = new Sender(transport, bodyOf, (message) => {
      page.post(message);
    });
    page.listen((message) => {
      this.#guard(() => {
        this.#take(message);
      });
    });
  }

  /** Ends everything, and gives the memory back. */
  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#sender.stop();
    for (const lane of this.#lanes.values()) lane.close();
    this.#parts.page.close();
    this.#parts.authority.free();
  }

  #take(message: ToDesk): void {
    const { authority, page } = this.#parts;
    switch (message.type) {
      case "open":
        this.#open(message.lane, message.to);
        break;
      case "lost":
        this.#lose(message.lane);
        break;
      case "learn":
        try {
          authority.learn(message.bytes, Date.now() / 1000);
        } catch (error) {
          // What cannot be read teaches nothing, and the push goes on; unless the engine itself has broken down.
          if (error instanceof Error) throw error;
        }
        page.post({ type: "taken", call: message.call });
        break;
      case "recall": {
        const chunk = authority.recall(message.bytes);
        if (chunk !== undefined) page.post({ type: "query", chunk });
        page.post({ type: "taken", call: message.call });
        break;
      }
      case "settled":
        authority.settle(message.chunk);
        this.#decide(this.#lanes.keys());
        break;
      case "stored":
        authority.stored(message.xorb);
        this.#write();
        page.post({ type: "noted", xorb: message.xorb });
        break;
      case "registered":
        authority.registered(message.shard);
        this.#write();
        break;
      case "restore":
        this.#restore(message.call, message.bytes);
        break;
      case "shorten":
        this.#shorten(message.call, message.bytes, message.mostBytes);
        break;
      case "resume": {
        const { call, key, file, size, sha256 } = message;
        const resumed = authority.resume(key, file, size, sha256);
        page.post({ type: "resumed", call, resumed }, resumed instanceof Uint8Array ? [resumed.buffer] : []);
        break;
      }
      case "distrust":
        page.post({ type: "distrusted", again: [...authority.distrust(message.shard)] });
        this.#write();
        break;
      case "forget":
        authority.forget(Uint32Array.from(message.files));
        break;
      case "shard":
        page.post({ type: "shard", call: message.call, shard: authority.takeShard(message.mostBytes) });
        break;
      case "send":
      case "copy":
      case "stop":
      case "ping":
        this.#sender.take(message);
        break;
    }
  }

  #open(lane: number, to: Line<ToAuthority, Verdicts>): void {
    const port = portOf(to);
    const number = this.#parts.authority.addLane();
    if (number !== lane) throw new Error(`lane ${lane} was opened as number ${number}`);
    this.#lanes.set(lane, port);
    this.#sealed.set(lane, 0);
    port.listen((message) => {
      this.#guard(() => {
        if (this.#lanes.has(lane)) this.#hear(lane, message);
      });
    });
  }

  #hear(lane: number, message: ToAuthority): void {
    const { authority, page } = this.#parts;
    switch (message.type) {
      case "ask":
        authority.ask(lane, message.chunks);
        this.#decide([lane]);
        break;
      case "sealed": {
        const xorb = authority.sealed(lane, message.xorb);
        const body = this.#sealed.get(lane) ?? 0;
        this.#sealed.set(lane, body + 1);
        page.post({ type: "sealed", xorb, hash: authority.xorbHash(xorb), bytes: message.bytes, lane, body });
        break;
      }
      case "finished": {
        const file = authority.finished(message.file, message.sha256);
        page.post({ type: "ingested", call: message.call, file });
        this.#write();
        break;
      }
      case "checkpoint":
        authority.checkpoint(message.checkpoint);
        this.#write();
        break;
      case "flushed":
        page.post({ type: "flushed", lane });
        break;
    }
  }

  /** Gives these lanes what verdicts there are, and asks the store where one is owed. */
  #decide(lanes: Iterable<number>): void {
    const { authority, page } = this.#parts;
    for (const lane of lanes) {
      const verdicts = authority.decide(lane);
      if (verdicts.length > 0) this.#lanes.get(lane)?.post({ verdicts }, [verdicts.buffer]);
    }
    for (const chunk of authority.takeQueries()) page.post({ type: "query", chunk });
  }

  #restore(call: number, bytes: Uint8Array): void {
    const { authority, page } = this.#parts;
    this.#writes = true;
    let better;
    let isBroken = false;
    try {
      better = authority.restore(bytes, Date.now() / 1000) as Uint8Array<ArrayBuffer> | undefined;
    } catch (error) {
      if (error instanceof Error) throw error;
      better = new Uint8Array();
      isBroken = true;
    }
    page.post({ type: "restored", call, better, isBroken });
  }

  #shorten(call: number, long: Uint8Array, mostBytes: number): void {
    let bytes: Uint8Array<ArrayBuffer> | undefined;
    try {
      bytes = this.#parts.authority.compact(long, mostBytes) as Uint8Array<ArrayBuffer>;
    } catch (error) {
      // What cannot be read stays as long as it is.
      if (error instanceof Error) throw error;
    }
    this.#parts.page.post({ type: "shortened", call, bytes }, bytes === undefined ? [] : [bytes.buffer]);
  }

  /** Gives away what is to be written down. */
  #write(): void {
    if (!this.#writes) return;
    const bytes = this.#parts.authority.takeRecords(Date.now() / 1000) as Uint8Array<ArrayBuffer>;
    if (bytes.length > 0) this.#parts.page.post({ type: "records", bytes }, [bytes.buffer]);
  }

  #lose(lane: number): void {
    const { authority, page } = this.#parts;
    this.#lanes.get(lane)?.close();
    this.#lanes.delete(lane);
    const xorbs = authority.unsent(lane);
    const again = authority.lost(lane);
    page.post({ type: "lost", lane, xorbs: [...xorbs], again: [...again] });
    this.#decide(this.#lanes.keys());
  }

  #guard(work: () => void): void {
    if (this.#isOver) return;
    try {
      work();
    } catch (error) {
      this.#parts.page.post({ type: "broken", message: toError(error).message });
      this.stop();
    }
  }
}
