// What can be had at best beside each reference, as ratios, because seconds differ from machine to machine.
//
// Measured on 2 × AMD EPYC (Zen 4, SHA-NI) with Chromium 156 in November 2026: the stages with kernels that do nothing else, pushes by
// adding up the CPU time of reading, digesting, packing and sending alone, spread over both cores; of small files, with a prototype that
// sent bodies which no store would take. Nobody gets beyond it without doing less.

/** Of the stages, per second of CPU: the best kernel's speed over the reference's. */
export const POSSIBLE_STAGES = {
  "sha256-many random": 1118 / 292,
  "sha256-one random": 395 / 305,
  "chunks random": 1100 / 353,
  "xorbs random": 840 / 68,
  "xorbs bf16": 320 / 52,
  "xorbs f32": 450 / 59,
  "xorbs text": 260 / 31,
  "ingest random": 268 / 56,
};

/** SHA-256 of many messages where four lanes of wasm do it. */
export const POSSIBLE_FOUR_LANES = 746 / 292;

/** Of pushes: seconds on the clock, and of CPU, of the reference over the least that there can be. */
export const POSSIBLE_PUSHES = {
  small: { wall: 2.64 / 0.98, cpu: 4.4 / 1.7 },
  "small and late": { wall: 8.4 / 1.13, cpu: 5.8 / 1.7 },
  several: { wall: 7.35 / 1.7, cpu: 9.8 / 3.05 },
  large: { wall: 20.6 / 4.6, cpu: 24.9 / 7.8 },
};
