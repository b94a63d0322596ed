// The known answers through `hubferry/core`, wherever it runs: the sources under Node, the packed package under Node and in a browser.
// Plain JavaScript without a dependency, so that it can be handed to a page.

/** The files that are needed, by name. */
export const FILES = [
  "chunking",
  "merkle",
  "hashing",
  "xorb-format",
  "shard-format",
  "dedup",
  "multi-xorb",
  "lfs-http",
];

/** Feedings that must not matter. */
const SLICES = [1000, 8128, 65_536, Infinity];
/** Bytes up to which a content is also fed byte by byte. */
const FED_BY_BYTES = 200_000;

/** Checks all rows; gives how many answers were compared. Throws at the first that is another. */
export async function checkVectors(core, files) {
  let compared = 0;
  const same = (found, expected, name) => {
    compared += 1;
    const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
    if (left !== right || left === undefined) throw new Error(`${name}: ${left} instead of ${right}`);
  };
  await core.init();
  for (const row of files["chunking"].vectors) await checkChunking(core, row, same);
  for (const row of files["merkle"].vectors) checkTree(core, row, same);
  for (const row of files["hashing"].vectors) checkHashing(core, row, same);
  for (const row of files["xorb-format"].vectors) await checkXorb(core, row, same);
  for (const row of files["shard-format"].vectors) await checkShard(core, row, same);
  for (const row of files["dedup"].vectors) await checkAnswer(core, row, same);
  for (const row of files["multi-xorb"].vectors) await checkLarge(core, row, same);
  const facts = files["lfs-http"].vectors.filter(({ op }) => op === "file_facts");
  const contents = facts.map(({ input }) => content(input));
  same(
    await core.sha256Many(contents),
    facts.map(({ sha256 }) => sha256),
    "many digests",
  );
  return compared;
}

async function checkChunking(core, row, same) {
  const bytes = content(row.input);
  const expected = row.boundaries.map((end, at) => ({
    hash: row.chunk_hashes[at],
    length: end - (row.boundaries[at - 1] ?? 0),
  }));
  for (const slice of bytes.length <= FED_BY_BYTES ? [1, ...SLICES] : SLICES) {
    const chunker = new core.Chunker();
    const chunks = [];
    for (let at = 0; at < bytes.length; at += slice) chunks.push(...chunker.add(bytes.subarray(at, at + slice)));
    chunks.push(...chunker.finish());
    same(chunks, expected, `${row.name} by ${slice}`);
  }
  for (const source of [bytes, new Blob([bytes]), new Response(bytes).body]) {
    const file = await core.chunkFile(source);
    same(file, { fileHash: row.file_hash, chunks: expected, sha256: row.sha256 }, row.name);
  }
  for (const source of [bytes, new Blob([bytes]), new Response(bytes).body])
    same(await core.sha256(source), row.sha256, row.name);
  same(core.xorbHash(expected), row.single_xorb_hash, row.name);
  if (row.whole_range_verification_hash !== null) {
    same(core.verificationHash(row.chunk_hashes), row.whole_range_verification_hash, row.name);
  }
}

function checkTree(core, row, same) {
  const leaves = row.leaf_rule
    ? Array.from({ length: row.leaf_rule.n }, (_, at) => ruledLeaf(core, at))
    : row.leaves.map(([hash, length]) => ({ hash, length }));
  same(core.xorbHash(leaves), row.xorb_hash, row.name);
  same(core.fileHash(leaves), row.file_hash_zero_salt, row.name);
  if (typeof row.range_hash === "string") {
    same(core.verificationHash(leaves.map(({ hash }) => hash)), row.range_hash, row.name);
  }
}

function ruledLeaf(core, index) {
  const bytes = new Uint8Array(new Uint32Array([index]).buffer);
  return { hash: chunkHash(core, bytes), length: ((index * 7919) % 131_072) + 1 };
}

function chunkHash(core, bytes) {
  const builder = new core.XorbBuilder();
  builder.add(bytes);
  return builder.finish().chunks[0].hash;
}

function checkHashing(core, row, same) {
  if (row.op === "range_hash") same(core.verificationHash(row.hashes), row.result, row.name);
  if (row.op === "generator") same(toHex(content(row.input)), row.raw_hex, row.name);
  if (row.op === "sha256_to_shard_bytes") {
    const shard = new core.ShardBuilder().addFile({ fileHash: "0".repeat(64), terms: [], sha256: row.sha256 }).finish();
    same(toHex(shard.subarray(96, 128)), row.shard_bytes_hex, row.name);
  }
  // A chunk has at least one byte and at most 128 KiB.
  const bytes = row.op === "chunk_hash" ? content(row.input) : [];
  if (bytes.length > 0 && bytes.length <= 131_072) same(chunkHash(core, bytes), row.hash_string, row.name);
}

async function checkXorb(core, row, same) {
  if (row.op === "serialize_scheme0") {
    const chunks = row.chunks_hex ? row.chunks_hex.map(hex) : pieces(core, content(row.input));
    const builder = new core.XorbBuilder({ compress: false });
    for (const chunk of chunks) builder.add(chunk);
    const { hash, body } = builder.finish();
    same(hash, row.xorb_hash, row.name);
    if (row.body_hex) same(toHex(body), row.body_hex, row.name);
    else same(await core.sha256(body), row.body_sha256, row.name);
    same(core.parseXorb(body).chunks.map(({ bytes }) => toHex(bytes)), chunks.map(toHex), row.name);
  }
  if (row.op === "decode") {
    const body = row.body_hex === undefined ? base64(row.body_base64) : hex(row.body_hex);
    if (row.expect === "error") {
      same(refusal(() => core.parseXorb(body)), "protocol", row.name);
      return;
    }
    const { hash, chunks } = core.parseXorb(body);
    same(hash, row.xorb_hash, row.name);
    same(
      chunks.map(({ compression }) => ["none", "lz4", "bg4-lz4"].indexOf(compression)),
      row.schemes,
      row.name,
    );
    same(toHex(joined(chunks.map(({ bytes }) => bytes))), toHex(content(row.input)), row.name);
  }
}

function refusal(call) {
  try {
    call();
    return "none";
  } catch (error) {
    return error.code;
  }
}

async function checkShard(core, row, same) {
  const files = row.parsed.files.map(({ file_hash: fileHash, terms, verification, sha256 }) => ({
    fileHash,
    terms: terms.map((term, at) => ({
      xorbHash: term.xorb_hash,
      start: term.chunk_start,
      end: term.chunk_end,
      length: term.unpacked_bytes,
      verificationHash: verification[at],
    })),
    ...(sha256 ? { sha256 } : {}),
  }));
  const xorbs = row.parsed.xorbs.map(({ xorb_hash: hash, num_bytes_on_disk: bodyLength, chunks }) => ({
    hash,
    bodyLength,
    chunks: chunks.map(([hash, , length]) => ({ hash, length })),
  }));
  const builder = new core.ShardBuilder();
  for (const file of files) builder.addFile(file);
  for (const xorb of xorbs) builder.addXorb(xorb);
  const shard = builder.finish();
  same(shard.length, row.shard_length, row.name);
  same(await core.sha256(shard), row.shard_sha256, row.name);
  same(core.parseShard(shard), { files, xorbs }, row.name);
  const refused = [0, 47, shard.length - 1].map((length) => refusal(() => core.parseShard(shard.subarray(0, length))));
  same(refused, ["protocol", "protocol", "protocol"], row.name);
}

async function checkAnswer(core, row, same) {
  const { fileHash } = await core.chunkFile(content(row.input));
  same(fileHash, row.file_hash, row.name);
  const answer = core.parseShard(base64(row.response_shard_base64));
  same(answer.files, [], row.name);
  same(typeof answer.key.hex, "string", row.name);
  for (const { chunks } of answer.xorbs) same(chunks.length > 0, true, row.name);
}

/** A file that does not fit one xorb. */
async function checkLarge(core, row, same) {
  const bytes = content(row.input);
  const { chunks, fileHash, sha256 } = await core.chunkFile(new Blob([bytes]));
  same([fileHash, sha256, chunks.length], [row.file_hash, row.sha256, row.num_chunks], "a large file");
  let offset = 0;
  for (const xorb of row.xorbs) {
    const builder = new core.XorbBuilder();
    const own = chunks.slice(xorb.chunk_start, xorb.chunk_end);
    for (const { hash, length } of own) builder.add(bytes.subarray(offset, (offset += length)), hash);
    const next = chunks[xorb.chunk_end];
    same(next === undefined || !builder.hasRoom(next.length), true, "a full xorb");
    const made = builder.finish();
    same(made.hash, xorb.xorb_hash, "a large file's xorb");
    same(made.chunks, own, "its chunks");
    same(core.verificationHash(own.map(({ hash }) => hash)), xorb.range_hash, "its range");
    const read = core.parseXorb(made.body);
    same(read.hash, xorb.xorb_hash, "the xorb read back");
  }
}

function pieces(core, bytes) {
  const chunker = new core.Chunker();
  let end = 0;
  return [...chunker.add(bytes), ...chunker.finish()].map(({ length }) => bytes.subarray(end, (end += length)));
}

/** The content that `input` describes. */
export function content(input) {
  if (input.hex !== undefined) return hex(input.hex);
  if (input.utf8 !== undefined) return new TextEncoder().encode(input.utf8);
  if (input.generator !== undefined) return content(input.generator);
  const { kind, length } = input;
  switch (kind) {
    case "splitmix64":
      return splitmix64(input.seed, length);
    case "constant":
      return new Uint8Array(length).fill(input.byte);
    case "lines":
      return new TextEncoder().encode(lines(length)).subarray(0, length);
    case "pattern128":
      return repeated(joined([hex(PATTERN), new Uint8Array(input.padding)]), length);
    case "f32ramp": {
      const ramp = Float32Array.from({ length: Math.ceil(length / 4) }, (_, at) => at * input.step);
      return new Uint8Array(ramp.buffer).subarray(0, length);
    }
    case "utf8":
      return new TextEncoder().encode(input.text);
    case "concat":
      return joined(input.parts.map(content));
    case "slice":
      return content(input.of).subarray(input.start, input.end);
    case "splice": {
      const base = content(input.base);
      return joined([base.subarray(0, input.start), content(input.insert), base.subarray(input.end)]);
    }
    default:
      throw new Error(`content of kind ${kind}`);
  }
}

function lines(length) {
  let text = "";
  for (let number = 0; text.length < length; number++) text += `line ${number} of the file\n`;
  return text;
}

const PATTERN =
  "9a342a229f4b7ee046ec0cc44fecb27c7f3263b22cb0ae7efaebcdaefc7a230a1465d645c10873699ee4786f88a2c6fb" +
  "d3b7fdfca4933f10baa27517aa24cdbbae4cd2aed3af0cad913b0246deb59fe3b69cbd33e26a1832b79d8c0a0817d446" +
  "0aea1721dbfe27ec4631bf7409730f651a9fa5dc0faa387d5ca35eeb26283151";

function repeated(unit, length) {
  return Uint8Array.from({ length }, (_, at) => unit[at % unit.length]);
}

/** Words of 64 bits as two halves: big integers would take a minute for the largest content. */
function splitmix64(seed, length) {
  const words = new Uint32Array(2 * Math.ceil(length / 8));
  let [high, low] = [0, seed];
  for (let at = 0; at < words.length; at += 2) {
    low += 0x7f4a7c15;
    high = (high + 0x9e3779b9 + (low > 0xffffffff ? 1 : 0)) >>> 0;
    low >>>= 0;
    let [h, l] = [high ^ (high >>> 30), low ^ ((low >>> 30) | (high << 2))];
    [h, l] = times(h >>> 0, l >>> 0, 0xbf58476d, 0x1ce4e5b9);
    [h, l] = [(h ^ (h >>> 27)) >>> 0, (l ^ ((l >>> 27) | (h << 5))) >>> 0];
    [h, l] = times(h, l, 0x94d049bb, 0x133111eb);
    words[at] = l ^ ((l >>> 31) | (h << 1));
    words[at + 1] = h ^ (h >>> 31);
  }
  return new Uint8Array(words.buffer).subarray(0, length);
}

/** The low half of a product. */
function times(h1, l1, h2, l2) {
  const [a, b, c, d] = [l1 & 0xffff, l1 >>> 16, l2 & 0xffff, l2 >>> 16];
  const middle = b * c + ((a * c) >>> 16);
  const carried = a * d + (middle & 0xffff);
  const over = b * d + Math.floor(middle / 65_536) + Math.floor(carried / 65_536);
  const high = (over + Math.imul(h1, l2) + Math.imul(l1, h2)) >>> 0;
  return [high, Math.imul(l1, l2) >>> 0];
}

function joined(parts) {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function hex(digits) {
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) => Number.parseInt(digits.substr(2 * at, 2), 16));
}

function toHex(bytes) {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

function base64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
