// The folder that every cell of the matrix pushes, the same bytes for the same seed in every runtime: what is stored as it is and what is
// stored large, an empty file, equal files, a name that must be encoded.

/** path → bytes. Contents of another seed are new to the Hub. */
export function files(seed) {
  const text = (words) => new TextEncoder().encode(words);
  const found = new Map([
    ["README.md", text(`---\nlicense: mit\n---\n# Folder ${seed}\n`)],
    ["data/été & 100% #1.csv", text("t,h\n0,1\n")],
    ["empty.txt", new Uint8Array()],
    ["weights/model.bin", noise(2_500_000, seed)],
    ["weights/equal.bin", noise(2_500_000, seed)],
    ["weights/large.bin", noise(7_500_000, seed + 2)],
    ["weights/tiny.safetensors", noise(3000, seed + 1)],
  ]);
  for (let i = 0; i < 12; i += 1) found.set(`many/${i}/note.txt`, text(`note ${i} of ${seed}\n`));
  for (let i = 0; i < 4; i += 1) found.set(`samples/${i}.bin`, noise(60_000 + i, seed * 100 + i));
  return found;
}

function noise(size, seed) {
  const words = new Uint32Array(Math.ceil(size / 4));
  let x = (seed + 1) * 2_654_435_761;
  for (let i = 0; i < words.length; i += 1) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[i] = x;
  }
  return new Uint8Array(words.buffer, 0, size);
}
