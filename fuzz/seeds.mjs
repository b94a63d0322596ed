// Writes the seeds of the fuzz targets, which are bodies from the vectors: `node fuzz/seeds.mjs FOLDER`.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
const rows = (name) =>
  JSON.parse(readFileSync(new URL(`../tests/vectors/${name}.json`, import.meta.url), "utf8")).vectors;

/** Bytes given as hex or base64; none for a row without them. */
function bytes(row, name) {
  if (row[`${name}_hex`] !== undefined) return Buffer.from(row[`${name}_hex`], "hex");
  if (row[`${name}_base64`] !== undefined) return Buffer.from(row[`${name}_base64`], "base64");
  return undefined;
}

function write(target, seeds) {
  mkdirSync(join(folder, target), { recursive: true });
  const there = seeds.filter((seed) => seed !== undefined);
  if (there.length === 0) throw new Error(`no seeds for ${target}`);
  for (const [number, seed] of there.entries()) writeFileSync(join(folder, target, `vector-${number}`), seed);
}

/** The input of the target `frame` that stands for the first chunk of a body: is it grouped, its length less one, its frame. */
function frame(body) {
  const head = Buffer.alloc(5);
  head.writeUInt8(body[4] - 1, 0);
  head.writeUInt32LE(body.readUIntLE(5, 3) - 1, 1);
  return Buffer.concat([head, body.subarray(8, 8 + body.readUIntLE(1, 3))]);
}

const xorbs = rows("xorb-format").map((row) => bytes(row, "body"));
const answers = rows("dedup").map((row) => bytes(row, "response_shard"));
write("xorb", xorbs);
write("frame", xorbs.filter((body) => body?.length > 8 && body[4] > 0).map(frame));
write("shard", [...rows("shard-format").map((row) => bytes(row, "shard")), ...answers]);
write("answer", answers);
