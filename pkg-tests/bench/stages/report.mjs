// The figures of the stages as a page.
import { barPlot, htmlPage, htmlTable } from "../html.mjs";

/** A page with a plot for each stage. */
export function reportPage({ machine, browsers, rounds, stages }) {
  return htmlPage({
    title: "The stages of a push",
    intro:
      `Chromium, data in memory, one worker; ${browsers} browsers, ${rounds} rounds each in turns after a warm-up, medians; ${machine}. Bars: MB per second of ` +
      "CPU, all processes of the browser counted; dots: single rounds. Machines differ: the ratios within a plot are what counts.",
    sections: stages.map(section),
  });
}

function section({ title, reference, contestants }) {
  const bars = contestants.map(({ name, cpuMBps, samples }) => ({
    name,
    value: cpuMBps,
    samples: samples.map((sample) => sample.cpuMBps),
  }));
  const head = [`beside ${reference}`, "MB per CPU s", "MB/s", "ratio (CPU)", "ratio (clock)", "wanted", "possible"];
  const rows = contestants.map(({ name, cpuMBps, wallMBps, cpuRatio, wallRatio, wanted, possible }) => [
    name,
    cpuMBps.toFixed(0),
    wallMBps.toFixed(0),
    cpuRatio.toFixed(2),
    wallRatio.toFixed(2),
    wanted === undefined ? "" : `≥ ${wanted}`,
    possible === undefined ? "" : possible.toFixed(1),
  ]);
  return { heading: title, html: `${barPlot("MB per second of CPU", bars)}\n${htmlTable(head, rows)}` };
}
