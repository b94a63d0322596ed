// Writes the sample folder of `make demo`: a small data set of texts, tables, odd names, an empty file and sixteen binaries.
// Usage: node sample.mjs FOLDER. The content is the same each time.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const root = process.argv[2];

function write(path, content) {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** Bytes that do not compress and never change: a xorshift generator. */
function noise(size, seed) {
  const words = new Uint32Array(size / 4);
  let x = seed;
  for (let i = 0; i < words.length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[i] = x;
  }
  return new Uint8Array(words.buffer);
}

write(
  "README.md",
  "---\nlicense: apache-2.0\ntags:\n  - demo\n---\n\n# Tides\n\nHourly readings of made-up gauges, to show a push.\n",
);
for (let gauge = 1; gauge <= 120; gauge++) {
  const rows = Array.from({ length: 48 }, (_, hour) => `${hour},${(Math.sin((hour * gauge) / 7) * 2.5).toFixed(3)}`);
  write(`readings/gauge-${String(gauge).padStart(3, "0")}.csv`, `hour,metres\n${rows.join("\n")}\n`);
}
write("notes/Gezeiten – Überblick.txt", "Ebbe und Flut.\n");
write("notes/潮汐.txt", "満潮と干潮\n");
write("notes/with space & percent %.txt", "An ordinary file with an odd name.\n");
write("raw/.gitkeep", "");
for (let gauge = 1; gauge <= 16; gauge++)
  write(`raw/gauge-${String(gauge).padStart(3, "0")}.bin`, noise(6 << 20, gauge));
