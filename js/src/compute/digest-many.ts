/**
 * SHA-256 of many messages: by the platform, or by the engine four at a time, whichever is faster here.
 *
 * On a processor with instructions for SHA-256 the platform is half as fast again, on others it is slower, and nothing tells which
 * one this is. So the first millions of bytes are digested in turns and timed, and now and then one more group; nothing is digested
 * twice. The engine must have been started in this realm. A browser gives native digests in secure contexts only.
 */
import { Sha256Crowd, Sha256Hasher } from "../wasm/core.js";

/** Bytes of messages that lie in the engine's memory together: as much as stays in a core's cache. */
const CROWD_BYTES = 512 * 1024;
/** Messages of more bytes gain too little for the memory that four of them take; they go alone, in windows. */
const LONG_BYTES = 4 * 1024 * 1024;
/** Bytes of such a window. */
const WINDOW_BYTES = 1024 * 1024;
/** Mean bytes of a message below which a native call costs more than it saves. */
const LEAST_NATIVE_BYTES = 4 * 1024;
/** A group takes about a millisecond: enough to be timed, and too short for others to come between each time. */
const GROUP = { bytes: 1024 * 1024, messages: 4 };
/** Times that each side is timed before there is a choice. The best counts: the engine's code is still being compiled at first. */
const TRIES = 6;

type Side = "native" | "engine";

/** The best speed of each side so far in bytes per millisecond, and how often it was timed. */
const seen = { native: { best: 0, tries: 0 }, engine: { best: 0, tries: 0 } };

/** The SHA-256 of each message in lower-case hex, in order. */
export function sha256Many(messages: readonly Uint8Array[]): Promise<string[]> | string[] {
  const subtle = nativeDigests();
  const isSmall = sizeOf(messages) < LEAST_NATIVE_BYTES * messages.length;
  return subtle === undefined || isSmall ? byEngine(messages) : byEither(subtle, messages);
}

async function byEither(subtle: SubtleCrypto, messages: readonly Uint8Array[]): Promise<string[]> {
  const digests: string[] = [];
  for (const group of groupsOf(messages)) {
    const side = nextSide();
    const started = performance.now();
    digests.push(...(side === "engine" ? byEngine(group) : await byPlatform(subtle, group)));
    const bytes = sizeOf(group);
    if (bytes >= GROUP.bytes) timed(side, bytes / (performance.now() - started));
  }
  return digests;
}

function* groupsOf(messages: readonly Uint8Array[]): Generator<readonly Uint8Array[], void, void> {
  let group: Uint8Array[] = [];
  let bytes = 0;
  for (const message of messages) {
    group.push(message);
    bytes += message.length;
    if (bytes < GROUP.bytes || group.length < GROUP.messages) continue;
    yield group;
    group = [];
    bytes = 0;
  }
  if (group.length > 0) yield group;
}

function sizeOf(messages: readonly Uint8Array[]): number {
  return messages.reduce((sum, { length }) => sum + length, 0);
}

/** Absent in insecure contexts, whatever the types say. */
function nativeDigests(): SubtleCrypto | undefined {
  return (globalThis.crypto as Partial<Crypto> | undefined)?.subtle;
}

function nextSide(): Side {
  const { native, engine } = seen;
  if (native.tries < TRIES || engine.tries < TRIES) return engine.tries < native.tries ? "engine" : "native";
  const [faster, slower]: [Side, Side] = engine.best > native.best ? ["engine", "native"] : ["native", "engine"];
  // The slower one is asked again ever more seldom: its bad times may have been somebody else's work.
  const groups = native.tries + engine.tries;
  return groups % 32 === 0 && Number.isInteger(Math.log2(groups)) ? slower : faster;
}

function timed(side: Side, speed: number): void {
  const { best, tries } = seen[side];
  seen[side] = { best: Math.max(best, speed), tries: tries + 1 };
}

function byEngine(messages: readonly Uint8Array[]): string[] {
  const digests: string[] = Array.from({ length: messages.length }, () => "");
  const crowd = new Sha256Crowd();
  try {
    let indexes: number[] = [];
    let bytes = 0;
    const flush = (): void => {
      const text = crowd.digests();
      for (const [at, index] of indexes.entries()) digests[index] = text.slice(64 * at, 64 * at + 64);
      indexes = [];
      bytes = 0;
    };
    for (const [index, message] of messages.entries()) {
      if (message.length > LONG_BYTES) {
        digests[index] = alone(message);
        continue;
      }
      crowd.add(message);
      indexes.push(index);
      bytes += message.length;
      if (bytes >= CROWD_BYTES) flush();
    }
    flush();
    return digests;
  } finally {
    crowd.free();
  }
}

function alone(message: Uint8Array): string {
  const hasher = new Sha256Hasher();
  try {
    for (let at = 0; at < message.length; at += WINDOW_BYTES) hasher.update(message.subarray(at, at + WINDOW_BYTES));
    return hasher.digest();
  } finally {
    hasher.free();
  }
}

/** A group at once: each message is copied meanwhile. */
async function byPlatform(subtle: SubtleCrypto, messages: readonly Uint8Array[]): Promise<string[]> {
  const digests = messages.map((message) => subtle.digest("SHA-256", message as Uint8Array<ArrayBuffer>));
  return (await Promise.all(digests)).map((digest) => toHex(new Uint8Array(digest)));
}

function toHex(bytes: Uint8Array & { toHex?: () => string }): string {
  return bytes.toHex?.() ?? Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
