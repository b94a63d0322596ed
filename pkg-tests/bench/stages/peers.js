// The others, as their own users call them. What @huggingface/hub does not export is taken from the sources in its package.
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { createChunker, finalize, nextBlock } from "@huggingface/xetchunk-wasm";
import { createSHA256 } from "hash-wasm";
import { createXorbs } from "../../../node_modules/@huggingface/hub/src/utils/createXorbs.ts";
import { sha256 as hubSha256 } from "../../../node_modules/@huggingface/hub/src/utils/sha256.ts";
import { messages, windows } from "./slices.js";

let hashWasm;
export const start = async () => {
  hashWasm = await createSHA256();
};

const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The store knows no chunk; nothing leaves the browser. */
const xetParams = {
  casUrl: "https://store.example",
  accessToken: "none",
  expiresAt: new Date(Date.now() + 86_400_000),
  refreshWriteTokenUrl: "https://hub.example",
};
const unknown = async () => new Response(null, { status: 404 });

async function hubXorbs(content) {
  const files = (async function* () {
    yield { content: new Blob([content]), path: "file" };
  })();
  let bytes = 0;
  for await (const event of createXorbs(files, { accessToken: "none", fetch: unknown, xetParams })) {
    if (event.event === "xorb") bytes += event.xorb.length;
  }
  return bytes;
}

async function hubDigest(blob) {
  const digests = hubSha256(blob);
  for (let next = await digests.next(); ; next = await digests.next()) if (next.done) return next.value;
}

export const contestants = {
  "hash-wasm": {
    "sha256-many": (content) => {
      let last;
      for (const message of messages(content)) last = hashWasm.init().update(message).digest();
      return last;
    },
    "sha256-one": (content) => {
      hashWasm.init();
      for (const window of windows(content)) hashWasm.update(window);
      return hashWasm.digest();
    },
  },
  "@noble/hashes": {
    "sha256-many": (content) => {
      let last;
      for (const message of messages(content)) last = nobleSha256(message);
      return hex(last);
    },
    "sha256-one": (content) => {
      const hasher = nobleSha256.create();
      for (const window of windows(content)) hasher.update(window);
      return hex(hasher.digest());
    },
  },
  "crypto.subtle": {
    "sha256-many": async (content) => {
      let last;
      for (const message of messages(content)) last = await crypto.subtle.digest("SHA-256", message);
      return hex(last);
    },
  },
  "@huggingface/hub": {
    "sha256-one": (content) => hubDigest(new Blob([content])),
    xorbs: hubXorbs,
    ingest: async (content) => {
      await hubDigest(new Blob([content]));
      return await hubXorbs(content);
    },
  },
  "xetchunk-wasm": {
    chunks: (content) => {
      const chunker = createChunker();
      const chunks = windows(content).flatMap((window) => nextBlock(chunker, window));
      return chunks.length + (finalize(chunker) ? 1 : 0);
    },
  },
};
