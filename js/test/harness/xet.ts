// Puts files into a repo by Xet, laid out as a test wants them: cut by the package's own core, checked by the embedded Hub.
import { Chunker, fileHash, sha256, ShardBuilder, verificationHash, XorbBuilder } from "../../src/entry/core-node.js";
import type { LocalHub } from "./hub.js";

/** A file, and which of its chunks are stored where. */
export interface Laid {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Where each chunk of a file is: how many go to one xorb before the next one is filled. */
export interface Layout {
  /** Chunks that follow each other in the same xorb. @default all */
  readonly run?: number;
  /** Xorbs that take turns. @default 1 */
  readonly xorbs?: number;
}

/** What was stored. */
export interface Stored {
  readonly hash: string;
  readonly sha256: string;
  /** Where its chunks end. */
  readonly ends: readonly number[];
}

/** Stores a file and commits it. */
export async function storeByXet(hub: LocalHub, repo: string, file: Laid, layout: Layout = {}): Promise<Stored> {
  const { path, bytes } = file;
  const { run = Infinity, xorbs: count = 1 } = layout;
  const chunker = new Chunker();
  const chunks = [...chunker.add(bytes), ...chunker.finish()];
  const builders = Array.from({ length: count }, () => new XorbBuilder());
  const placed: { hash: string; length: number; xorb: number; index: number }[] = [];
  const known = new Map<string, { xorb: number; index: number }>();
  const ends: number[] = [];
  let at = 0;
  for (const [number, { hash, length }] of chunks.entries()) {
    const xorb = Math.floor(number / run) % count;
    const builder = builders[xorb];
    if (builder === undefined) throw new Error("no xorb");
    const place = known.get(hash) ?? { xorb, index: builder.add(bytes.subarray(at, at + length), hash) };
    known.set(hash, place);
    placed.push({ hash, length, ...place });
    at += length;
    ends.push(at);
  }
  const sealed = builders.map((builder) => builder.finish());
  const shard = new ShardBuilder();
  const used = sealed.filter(({ chunks }) => chunks.length > 0);
  for (const { hash, body, chunks } of used) shard.addXorb({ hash, bodyLength: body.length, chunks });
  const terms: { xorb: number; start: number; end: number; length: number; hashes: string[] }[] = [];
  for (const { hash, length, xorb, index } of placed) {
    const last = terms.at(-1);
    if (last?.xorb === xorb && last.end === index) {
      last.end += 1;
      last.length += length;
      last.hashes.push(hash);
    } else {
      terms.push({ xorb, start: index, end: index + 1, length, hashes: [hash] });
    }
  }
  const stored = { hash: fileHash(chunks), sha256: await sha256(bytes), ends };
  shard.addFile({
    fileHash: stored.hash,
    sha256: stored.sha256,
    terms: terms.map(({ xorb, start, end, length, hashes }) => ({
      xorbHash: sealed[xorb]?.hash ?? "",
      start,
      end,
      length,
      verificationHash: verificationHash(hashes),
    })),
  });
  const ask = async (url: string, token: string, body?: BodyInit): Promise<unknown> => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/x-ndjson" };
    const init: RequestInit = body === undefined ? { headers } : { headers, method: "POST", body };
    const response = await fetch(url, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
    return JSON.parse(text);
  };
  const grant = (await ask(`${hub.url}/api/models/${repo}/xet-write-token/main`, hub.token)) as {
    casUrl: string;
    accessToken: string;
  };
  for (const { hash, body } of used) {
    await ask(`${grant.casUrl}/v1/xorbs/default/${hash}`, grant.accessToken, body);
  }
  await ask(`${grant.casUrl}/v1/shards`, grant.accessToken, shard.finish());
  const lines = [
    { key: "header", value: { summary: `Add ${path}` } },
    { key: "lfsFile", value: { path, algo: "sha256", oid: stored.sha256, size: bytes.length } },
  ];
  const ndjson = lines.map((line) => JSON.stringify(line)).join("\n");
  await ask(`${hub.url}/api/models/${repo}/commit/main`, hub.token, ndjson);
  return stored;
}

/** Bytes that do not compress and hardly repeat, the same for each seed. */
export function noise(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = seed;
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return new Uint8Array(words.buffer, 0, length).slice();
}
