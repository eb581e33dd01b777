// A line without axes, to see how something goes.

const names = "http://www.w3.org/2000/svg", width = 120, height = 28;

/** @param values Oldest first; null where nothing was measured, which leaves a gap. @param label What it shows, for those who cannot see it. */
export function sparkline(values, label) {
  const svg = document.createElementNS(names, "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("class", "sparkline");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  svg.setAttribute("preserveAspectRatio", "none");
  const known = values.filter(value => value !== null);
  if (known.length < 2) return svg;
  const top = 1.3 * Math.max(...known) || 1, step = width / (values.length - 1);
  for (const run of runs(values.map((value, i) => value === null ? null : `${(i * step).toFixed(1)},${(height - 2 - (height - 4) * value / top).toFixed(1)}`))) {
    const line = document.createElementNS(names, "polyline");
    line.setAttribute("points", run.join(" "));
    svg.append(line);
  }
  return svg;
}

/** The stretches between nulls. */
function runs(points) {
  const all = [[]];
  for (const point of points) point === null ? all.push([]) : all.at(-1).push(point);
  return all.filter(run => run.length > 1);
}
