// Runs of contestants as a table for a terminal: medians, the range of the seconds, and the ratio of the first to the second.

/** What is told of a push: its name in the results, its heading, its digits. */
export const COLUMNS = [
  ["seconds", "wall s", 2],
  ["megabytesPerSecond", "MB/s", 0],
  ["cpuSeconds", "CPU s", 1],
  ["requests", "requests", 0],
  ["preflights", "OPTIONS", 0],
  ["megabytesSent", "MB sent", 0],
  ["longestTaskMs", "longest task ms", 0],
  ["blockedMs", "blocked ms", 0],
  ["longestDelayMs", "longest delay ms", 0],
  ["rendererPeakMiB", "renderer MiB", 0],
  ["rendererGrowthMiB", "grown MiB", 0],
];

/** The middle of some numbers. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}

/** The table of one set; `runs`: the results of each contestant, ours first. */
export function comparison(title, runs) {
  const rows = Object.entries(runs).map(([name, results]) => [
    name,
    ...COLUMNS.map(([key, , digits]) => {
      const values = results.map((result) => result[key]);
      const range =
        key === "seconds" ? ` (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})` : "";
      return median(values).toFixed(digits) + range;
    }),
  ]);
  const [ours, theirs] = Object.values(runs);
  rows.push([
    "theirs / ours",
    ...COLUMNS.map(([key]) => {
      const below = median(ours.map((result) => result[key]));
      return below === 0 ? "–" : (median(theirs.map((result) => result[key])) / below).toFixed(2);
    }),
  ]);
  const lines = [[title, ...COLUMNS.map(([, heading]) => heading)], ...rows];
  const widths = lines[0].map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  return lines
    .map((line) => line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  "))
    .join("\n");
}

/** What is wanted of ours beside theirs and in itself, whether it was reached, and how far it is from what is possible. */
export function verdicts(runs, wanted, possible) {
  const [ours, theirs] = Object.values(runs);
  const middle = (results, key) => median(results.map((result) => result[key]));
  const lines = [];
  const ratios = [
    ["wall", "seconds", "per second on the clock"],
    ["cpu", "cpuSeconds", "per second of CPU"],
  ];
  for (const [name, key, text] of ratios) {
    const ratio = middle(theirs, key) / middle(ours, key);
    const part = ((100 * ratio) / possible[name]).toFixed(0);
    const missed = ratio >= wanted[name] ? "" : ", MISSED";
    lines.push(
      `${text}: ${ratio.toFixed(2)} × (wanted ${wanted[name]}${missed}; ${part} % of the ${possible[name].toFixed(1)} that are possible)`,
    );
  }
  for (const [key, heading, digits] of COLUMNS) {
    if (wanted[key] === undefined) continue;
    const value = middle(ours, key);
    lines.push(
      `${heading}: ${value.toFixed(digits)} (at most ${wanted[key]}${value <= wanted[key] ? "" : ", MISSED"})`,
    );
  }
  return lines;
}
