/**
 * What the page, the lanes and the authority of one push say to each other: small values, records of the engine, and blobs.
 *
 * A `call` is a number of the page's, by which it knows an answer; a `body` is a lane's own count of its xorbs, or the number of a
 * shard. News of xorbs and files come from the authority, whoever made them: so they come in order.
 */
import type { Answer } from "../../transport/transport.js";
import type { FailureView, IngestedView, ProbeResultView, RequestView, ShardView } from "../../wire.js";
import type { ProbeTask } from "../task.js";
import type { Line } from "./port.js";

/** How a lane works. */
export interface LaneOptions {
  /** Its number in the push. */
  readonly lane: number;
  /** Bytes of a body at which it seals a xorb. */
  readonly xorbBytes: number;
  /** Sealed xorbs that it may hold. */
  readonly bodies: number;
  /** Bytes that may wait for verdicts. */
  readonly undecidedBytes: number;
  /** Bytes per read. */
  readonly windowBytes: number;
}

/** A file whose beginning, or whole, is read, and perhaps kept. */
export interface KeptProbe extends ProbeTask {
  /** Which file. */
  readonly file: number;
  /** Keep what was read: here when it is the whole, else it goes back in {@link Sampled.head}. */
  readonly keep: boolean;
}

/** What became of it. */
export interface Sampled {
  readonly result: ProbeResultView;
  /** The first bytes, when they were to be kept. */
  readonly head?: Uint8Array<ArrayBuffer>;
}

/** Bytes to be sent from where they lie. */
export type ToSender =
  /** Send this with the body; answered by `answered` or `failed`, and `progress` meanwhile. */
  | { readonly type: "send"; readonly call: number; readonly body: number; readonly request: RequestView }
  /** Answered by `copied`. */
  | { readonly type: "copy"; readonly call: number; readonly body: number }
  /** The page does not wait for this call any more. */
  | { readonly type: "stop"; readonly call: number }
  /** Answered by `alive`, at once. */
  | { readonly type: "ping" };

/** What becomes of that. */
export type FromSender =
  | { readonly type: "answered"; readonly call: number; readonly answer: Omit<Answer, "response"> }
  | { readonly type: "copied"; readonly call: number; readonly blob: Blob }
  | { readonly type: "progress"; readonly call: number; readonly bytes: number }
  | { readonly type: "failed"; readonly call: number; readonly failure: FailureView }
  | { readonly type: "alive" }
  /** Nothing more comes: something is wrong here that no answer repairs. */
  | { readonly type: "broken"; readonly message: string };

/** From the page to a lane. */
export type ToLane =
  | ToSender
  /** Answered by `probed`. */
  | { readonly type: "probe"; readonly call: number; readonly files: readonly KeptProbe[] }
  /** Answered by the authority, or by `failed`; `progress` meanwhile. */
  | { readonly type: "ingest"; readonly call: number; readonly task: IngestTask }
  /** Read this for another lane, and make its digest; `to` leads there. */
  | { readonly type: "help"; readonly task: HelpTask; readonly to: Line<ToHelper, FromHelper> }
  /** Seal what is packed; answered by the authority with `flushed`. */
  | { readonly type: "flush" }
  /** The store has this xorb. */
  | { readonly type: "stored"; readonly body: number }
  /** What was kept of these is not needed. */
  | { readonly type: "forget"; readonly files: readonly number[] };

/** One file for the pass. */
export interface IngestTask {
  readonly file: number;
  readonly blob: Blob;
  /** In bytes, as the engine knows it. */
  readonly size: number;
  /** Its digest, when it is known. */
  readonly sha256: string | undefined;
  /** Its name in the journal. */
  readonly key?: string | undefined;
  /** Where an earlier run has left off. */
  readonly resume?: Resumption | undefined;
  /** Its first bytes, when they have been read. */
  readonly head: Uint8Array<ArrayBuffer> | undefined;
  /** Who reads it and makes its digest, when it is not this lane. */
  readonly helper?: Line<FromHelper, ToHelper>;
}

/** What a helper reads. */
export interface HelpTask {
  readonly blob: Blob;
  readonly size: number;
  readonly head: Uint8Array<ArrayBuffer> | undefined;
  readonly resume: Resumption | undefined;
}

/** Where a file goes on. */
export interface Resumption {
  /** The first byte that is read again. */
  readonly from: number;
  /** The first byte that is digested again. */
  readonly digested: number;
  /** The saved state of the digest there, if there is one. */
  readonly digest: Uint8Array<ArrayBuffer> | undefined;
  /** All that, and more, for the engine. */
  readonly record: Uint8Array<ArrayBuffer>;
}

/** From the lane that reads to the one that packs. */
export type FromHelper =
  /** With the state of the digest at its end. */
  | { readonly type: "window"; readonly bytes: Uint8Array<ArrayBuffer>; readonly digest: Uint8Array | undefined }
  | { readonly type: "digest"; readonly sha256: string }
  | { readonly type: "failed"; readonly failure: FailureView };

/** From the lane that packs to the one that reads: one more window may come, or no more at all; one that is not looked at any more. */
export type ToHelper =
  | { readonly type: "more" }
  | { readonly type: "stop" }
  | { readonly type: "spare"; readonly bytes: Uint8Array<ArrayBuffer> };

/** From a lane to the page. */
export type FromLane =
  FromSender | { readonly type: "probed"; readonly call: number; readonly files: readonly Sampled[] };

/** From a lane to the authority. */
export type ToAuthority =
  /** Chunks, as the engine's record. */
  | { readonly type: "ask"; readonly chunks: Uint8Array }
  /** A xorb, as the engine's record; the n-th is the lane's body n. */
  | { readonly type: "sealed"; readonly xorb: Uint8Array; readonly bytes: number }
  /** A file, as the engine's record. */
  | { readonly type: "finished"; readonly call: number; readonly file: Uint8Array; readonly sha256: string | undefined }
  /** How far it is with a file, as the engine's record. */
  | { readonly type: "checkpoint"; readonly checkpoint: Uint8Array }
  | { readonly type: "flushed" };

/** From the authority to a lane. */
export interface Verdicts {
  readonly verdicts: Uint8Array;
}

/** From the page to the authority. */
export type ToDesk =
  | ToSender
  /** One more lane, numbered from zero in the order in which they are opened; `to` leads there. */
  | { readonly type: "open"; readonly lane: number; readonly to: Line<ToAuthority, Verdicts> }
  /** A lane is gone; answered by news. */
  | { readonly type: "lost"; readonly lane: number }
  /** Bytes of an answer of the store; answered by `taken`. */
  | { readonly type: "learn" | "recall"; readonly call: number; readonly bytes: Uint8Array<ArrayBuffer> }
  /** Records of earlier runs: they are gone on from, and from now on news bring `records`; answered by `restored`. */
  | { readonly type: "restore"; readonly call: number; readonly bytes: Uint8Array<ArrayBuffer> }
  /** Records to be made short; answered by `shortened`. */
  | {
      readonly type: "shorten";
      readonly call: number;
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly mostBytes: number;
    }
  /** What is known of a file? Answered by `resumed`. */
  | {
      readonly type: "resume";
      readonly call: number;
      readonly key: string;
      readonly file: number;
      readonly size: number;
      /** Its digest, when it is known; otherwise whoever reads it makes it. */
      readonly sha256: string | undefined;
    }
  | { readonly type: "settled"; readonly chunk: string }
  /** The store has it; answered by `noted`. */
  | { readonly type: "stored"; readonly xorb: number }
  | { readonly type: "registered"; readonly shard: number }
  /** Answered by `distrusted`. */
  | { readonly type: "distrust"; readonly shard: number }
  | { readonly type: "forget"; readonly files: readonly number[] }
  /** Answered by `shard`. */
  | { readonly type: "shard"; readonly call: number; readonly mostBytes: number };

/** From the authority to the page. */
export type FromDesk =
  | FromSender
  | { readonly type: "taken"; readonly call: number }
  | { readonly type: "shard"; readonly call: number; readonly shard: ShardView | undefined }
  /** With records to keep in place of those, when these are broken, too old or cut. */
  | {
      readonly type: "restored";
      readonly call: number;
      readonly better: Uint8Array<ArrayBuffer> | undefined;
      readonly isBroken: boolean;
    }
  | { readonly type: "shortened"; readonly call: number; readonly bytes: Uint8Array<ArrayBuffer> | undefined }
  /** A file that is finished, or where it goes on; nothing when nothing is known of it. */
  | {
      readonly type: "resumed";
      readonly call: number;
      readonly resumed: IngestedView | Uint8Array<ArrayBuffer> | undefined;
    }
  /** To be written down, behind all that was before. */
  | { readonly type: "records"; readonly bytes: Uint8Array<ArrayBuffer> }
  /** What is to be written down of a stored xorb has come. */
  | { readonly type: "noted"; readonly xorb: number }
  /** Files that must be ingested again; none when nothing is in doubt. */
  | { readonly type: "distrusted"; readonly again: readonly number[] }
  | { readonly type: "query"; readonly chunk: string }
  | {
      readonly type: "sealed";
      readonly xorb: number;
      readonly hash: string;
      readonly bytes: number;
      /** Whose body it is, and which. */
      readonly lane: number;
      readonly body: number;
    }
  /** Nothing when the file must be ingested again. */
  | { readonly type: "ingested"; readonly call: number; readonly file: IngestedView | undefined }
  | { readonly type: "flushed"; readonly lane: number }
  | {
      readonly type: "lost";
      readonly lane: number;
      readonly xorbs: readonly number[];
      readonly again: readonly number[];
    };
