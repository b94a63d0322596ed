// hubferry: what it exports, and the pass that its lanes run.
import { Chunker, init, Sha256, sha256Many, XorbBuilder } from "hubferry/core";
import { DedupAuthority, Packer, Sha256Crowd } from "hubferry-wasm";
import { crowds, messages, pieces, windows } from "./slices.js";

/** What a lane seals in a page. */
const XORB_BYTES = 17 * 1024 * 1024;

/** Bytes that may wait for verdicts there. */
const UNDECIDED_BYTES = 10 * 1024 * 1024;

export const start = () => init();

export const contestants = {
  hubferry: {
    "sha256-many": async (content) => (await sha256Many(messages(content))).at(-1),
    "sha256-one": (content) => {
      const hasher = new Sha256();
      for (const window of windows(content)) hasher.update(window);
      return hasher.digest();
    },
    chunks: (content) => {
      const chunker = new Chunker();
      const chunks = windows(content).flatMap((window) => chunker.add(window));
      return [...chunks, ...chunker.finish()].length;
    },
    xorbs: (content) => ingest(content, false),
    ingest: (content) => ingest(content, true),
  },
  "hubferry, four lanes": {
    "sha256-many": (content) => {
      const crowd = new Sha256Crowd();
      let last = "";
      for (const group of crowds(content)) {
        for (const message of messages(group)) crowd.add(message);
        last = crowd.digests().slice(-64);
      }
      crowd.free();
      return last;
    },
  },
  "hubferry, core": {
    xorbs: (content) => {
      const chunker = new Chunker();
      const chunks = [...chunker.add(content), ...chunker.finish()];
      let builder = new XorbBuilder();
      let bytes = 0;
      let at = 0;
      for (const { hash, length } of chunks) {
        if (!builder.hasRoom(length)) {
          bytes += builder.finish().body.length;
          builder = new XorbBuilder();
        }
        builder.add(content.subarray(at, (at += length)), hash);
      }
      return bytes + builder.finish().body.length;
    },
  },
};

/** One file through a lane's pass, with an authority that knows nothing; gives the bytes of its xorbs. */
function ingest(content, withSha256) {
  const authority = new DedupAuthority(1 << 20);
  const lane = authority.addLane();
  const packer = new Packer(lane, XORB_BYTES, 2, UNDECIDED_BYTES);
  let bytes = 0;
  let sealed = 0;
  const turn = (all) => {
    const questions = packer.takeQuestions(all);
    if (questions.length > 0) authority.ask(lane, questions);
    for (const chunk of authority.takeQueries()) authority.settle(chunk);
    packer.decide(authority.decide(lane));
    for (let record = packer.takeSealed(); record !== undefined; record = packer.takeSealed()) {
      authority.sealed(lane, record);
      bytes += packer.body(sealed).length;
      packer.stored(sealed++);
    }
  };
  try {
    packer.begin(0, withSha256);
    for (const piece of pieces(content)) {
      packer.feed(piece);
      turn(false);
    }
    packer.end();
    turn(true);
    packer.flush();
    turn(true);
    if (packer.takeFinished() === undefined) throw new Error("the file did not finish");
    return bytes;
  } finally {
    packer.free();
    authority.free();
  }
}
