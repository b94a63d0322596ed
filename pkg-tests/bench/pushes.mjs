// The figures of whole pushes as a page.
import { barPlot, htmlPage, htmlTable } from "./html.mjs";
import { COLUMNS, median } from "./table.mjs";

/** A page with plots for each set. */
export function pushesPage({ machine, rounds, sets }) {
  return htmlPage({
    title: "Pushes from a page",
    intro:
      `Chromium, files on the disk, by Xet to the embedded Hub on the same machine; ${rounds} rounds in turns after a warm-up, medians; ` +
      `${machine}. Bars: seconds on the clock, then of CPU, all processes of the browser counted; dots: single rounds. Shorter is better.`,
    sections: sets.map(section),
  });
}

function section({ name, load, runs, verdicts }) {
  const bars = (key) =>
    Object.entries(runs).map(([contestant, results]) => {
      const samples = results.map((result) => result[key]);
      return { name: contestant, value: median(samples), samples };
    });
  const rows = Object.entries(runs).map(([contestant, results]) => [
    contestant,
    ...COLUMNS.map(([key, , digits]) => median(results.map((result) => result[key])).toFixed(digits)),
  ]);
  return {
    heading: `${name} (load of the machine at the end: ${load})`,
    html: [
      barPlot("seconds on the clock", bars("seconds"), 2),
      barPlot("seconds of CPU", bars("cpuSeconds"), 1),
      htmlTable(["", ...COLUMNS.map(([, heading]) => heading)], rows),
      htmlTable(
        ["ours"],
        verdicts.map((verdict) => [verdict]),
      ),
    ].join("\n"),
  };
}
