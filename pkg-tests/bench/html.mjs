// Reports as one HTML file that needs nothing else: plots of bars with a dot for each round, and tables.

const escaped = (text) =>
  String(text).replace(/[&<>"]/g, (letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[letter]);

/** A page; `sections` have a heading and HTML. */
export function htmlPage({ title, intro, sections }) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>
  :root { color-scheme: light dark; --ours: #2563eb; --other: #94a3b8; --line: #8884; }
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  section { margin: 2.5rem 0; }
  h2 { font-size: 1.1rem; margin: 0 0 .5rem; }
  svg { width: 100%; height: auto; display: block; margin-top: .5rem; }
  svg text { font: 13px system-ui, sans-serif; fill: currentColor; }
  .wide { overflow-x: auto; }
  table { border-collapse: collapse; margin-top: .5rem; font-size: .9rem; }
  th, td { padding: .15rem .8rem; border-bottom: 1px solid var(--line); text-align: right; }
  th:first-child, td:first-child { text-align: left; padding-left: 0; }
</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p>${escaped(intro)}</p>
${sections.map(({ heading, html }) => `<section>\n<h2>${escaped(heading)}</h2>\n${html}\n</section>`).join("\n")}
</body>
</html>
`;
}

/** A table of text. */
export function htmlTable(head, rows) {
  const row = (cells, tag) => `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("")}</tr>`;
  const lines = [row(head, "th"), ...rows.map((cells) => row(cells, "td"))];
  return `<div class="wide"><table>\n${lines.join("\n")}\n</table></div>`;
}

const PLOT = { width: 800, left: 170, right: 70, row: 30 };

/** A bar for each contestant, with a dot for each sample; `digits` of the figure beside it. */
export function barPlot(unit, bars, digits = 0) {
  const most = Math.max(...bars.flatMap(({ samples }) => samples));
  const x = (value) => (most === 0 ? 0 : (value / most) * (PLOT.width - PLOT.left - PLOT.right));
  const drawn = bars.map(({ name, value, samples }, at) => {
    const y = at * PLOT.row;
    const color = name.startsWith("hubferry") ? "var(--ours)" : "var(--other)";
    const dots = samples.map(
      (sample) =>
        `<circle cx="${(PLOT.left + x(sample)).toFixed(1)}" cy="${y + 13}" r="2.5" fill="currentColor" opacity=".5"/>`,
    );
    return `<text x="${PLOT.left - 10}" y="${y + 18}" text-anchor="end">${escaped(name)}</text>
<rect x="${PLOT.left}" y="${y + 4}" width="${x(value).toFixed(1)}" height="18" rx="2" fill="${color}"/>
${dots.join("")}<text x="${(PLOT.left + x(Math.max(value, ...samples)) + 12).toFixed(1)}" y="${y + 18}">${value.toFixed(digits)}</text>`;
  });
  const label = bars.map(({ name, value }) => `${name} ${value.toFixed(digits)}`).join(", ");
  return `<svg viewBox="0 0 ${PLOT.width} ${bars.length * PLOT.row}" role="img" aria-label="${escaped(`${unit}: ${label}`)}">
${drawn.join("\n")}
</svg>`;
}
