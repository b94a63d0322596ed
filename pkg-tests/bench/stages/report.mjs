// The figures as one HTML file that needs nothing else.

const escaped = (text) =>
  String(text).replace(/[&<>"]/g, (letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[letter]);

/** A page with a plot for each stage. */
export function reportPage({ machine, rounds, stages }) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>The stages of a push</title>
<style>
  :root { color-scheme: light dark; --ours: #2563eb; --other: #94a3b8; --line: #8884; }
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  section { margin: 2.5rem 0; }
  h2 { font-size: 1.1rem; margin: 0 0 .5rem; }
  svg { width: 100%; height: auto; display: block; }
  svg text { font: 13px system-ui, sans-serif; fill: currentColor; }
  table { border-collapse: collapse; margin-top: .5rem; font-size: .9rem; }
  th, td { padding: .15rem .8rem; border-bottom: 1px solid var(--line); text-align: right; }
  th:first-child, td:first-child { text-align: left; padding-left: 0; }
</style>
</head>
<body>
<h1>The stages of a push</h1>
<p>Chromium, data in memory, one worker; ${rounds} rounds in turns after a warm-up, medians; ${escaped(machine)}. Bars: MB per second
of CPU, all processes of the browser counted; dots: single rounds. Machines differ: the ratios within a plot are what counts.</p>
${stages.map(section).join("\n")}
</body>
</html>
`;
}

function section({ title, reference, wanted, contestants }) {
  const rows = contestants.map(
    ({ name, cpuMBps, wallMBps, cpuRatio, wallRatio }) =>
      `<tr><td>${escaped(name)}</td><td>${cpuMBps.toFixed(0)}</td><td>${wallMBps.toFixed(0)}</td><td>${cpuRatio.toFixed(2)}</td><td>${wallRatio.toFixed(2)}</td></tr>`,
  );
  return `<section>
<h2>${escaped(title)}</h2>
${plot(contestants)}
<table>
<tr><th>beside ${escaped(reference)}; wanted ≥ ${wanted}</th><th>MB per CPU s</th><th>MB/s</th><th>ratio (CPU)</th><th>ratio (clock)</th></tr>
${rows.join("\n")}
</table>
</section>`;
}

const PLOT = { width: 800, left: 170, right: 70, row: 30 };

function plot(contestants) {
  const most = Math.max(...contestants.flatMap(({ samples }) => samples.map(({ cpuMBps }) => cpuMBps)));
  const x = (speed) => (speed / most) * (PLOT.width - PLOT.left - PLOT.right);
  const bars = contestants.map(({ name, cpuMBps, samples }, at) => {
    const y = at * PLOT.row;
    const color = name.startsWith("hubferry") ? "var(--ours)" : "var(--other)";
    const dots = samples.map(
      (sample) =>
        `<circle cx="${(PLOT.left + x(sample.cpuMBps)).toFixed(1)}" cy="${y + 13}" r="2.5" fill="currentColor" opacity=".5"/>`,
    );
    return `<text x="${PLOT.left - 10}" y="${y + 18}" text-anchor="end">${escaped(name)}</text>
<rect x="${PLOT.left}" y="${y + 4}" width="${x(cpuMBps).toFixed(1)}" height="18" rx="2" fill="${color}"/>
${dots.join("")}<text x="${(PLOT.left + x(cpuMBps) + 12).toFixed(1)}" y="${y + 18}">${cpuMBps.toFixed(0)}</text>`;
  });
  const label = contestants.map(({ name, cpuMBps }) => `${name} ${cpuMBps.toFixed(0)}`).join(", ");
  return `<svg viewBox="0 0 ${PLOT.width} ${contestants.length * PLOT.row}" role="img" aria-label="MB per second of CPU: ${escaped(label)}">
${bars.join("\n")}
</svg>`;
}
