// What is hashed, cut and packed: 32 MiB each of noise, of weights as they are trained, and of text.
const BYTES = 32 * 1024 * 1024;

const made = new Map();

/** The content of a kind, made once. */
export function contents(kind) {
  if (!made.has(kind)) made.set(kind, MAKERS[kind]());
  return made.get(kind);
}

const MAKERS = {
  random: () => {
    const next = generator(1);
    return new Uint8Array(Uint32Array.from({ length: BYTES / 4 }, next).buffer);
  },
  bf16: () => {
    const weights = normal(BYTES / 2, 2);
    // A bf16 is the upper half of a float.
    const halves = new Uint16Array(weights.buffer).filter((_, at) => at % 2 === 1);
    return new Uint8Array(halves.buffer);
  },
  f32: () => new Uint8Array(normal(BYTES / 4, 3).buffer),
  text: () => {
    const next = generator(4);
    const letters = "etaoinshrdlucmfwypvbgkjqxz";
    const letter = () => letters[Math.floor((next() / 2 ** 32) ** 2 * letters.length)];
    const words = Array.from({ length: 3000 }, () => Array.from({ length: 2 + (next() % 9) }, letter).join(""));
    const word = () => words[Math.floor((next() / 2 ** 32) ** 3 * words.length)];
    const bytes = new Uint8Array(BYTES);
    const encoder = new TextEncoder();
    for (let at = 0; at < BYTES;) {
      const line = `${Array.from({ length: 200 }, word).join(" ")}\n`;
      at += encoder.encodeInto(line, bytes.subarray(at)).written || BYTES;
    }
    return bytes;
  },
};

/** Weights around zero, as layers begin and mostly stay. */
function normal(length, seed) {
  const next = generator(seed);
  const uniform = () => (next() + 1) / 2 ** 32;
  return Float32Array.from(
    { length },
    () => 0.02 * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

/** A xorshift generator of 32 bits. */
function generator(seed) {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}
