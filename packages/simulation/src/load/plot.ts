/** A picture of panels above each other, with one time axis, as SVG. */
export type Plot = {
  title: string;
  /** In minutes, with what stands at it. */
  time: { from: number; to: number; ticks: readonly Tick[] };
  panels: readonly Panel[];
  /** What the colors mean. */
  legend: readonly { color: Color; says: string }[];
};

export type Panel = {
  title: string;
  scale: "linear" | "logarithmic";
  /** The lowest and the highest value. */
  values: { from: number; to: number; ticks: readonly Tick[] };
  lines: readonly Line[];
};

export type Line = {
  color: Color;
  kind: "area" | "solid" | "dashed";
  /** By time; a gap where there is none. */
  points: readonly (readonly [minute: number, value: number | undefined])[];
};

export type Color = "came" | "first" | "second";
export type Tick = { at: number; says: string };

const width = 840;
const panelHeight = 150;
const margin = { top: 92, right: 32, bottom: 40, left: 76, between: 44 };

/**
 * With a background of its own, so that it can be read wherever it is shown: GitHub shows pictures by the system's
 * color scheme, not by the page's.
 */
const style = `
  svg { color-scheme: light dark; font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; }
  .page { fill: #ffffff; stroke: #d1d9e0; } .grid { stroke: #d1d9e0; stroke-width: 1; }
  text { fill: #59636e; } .title { fill: #1f2328; font-weight: 600; } .head { font-size: 15px; }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round; } .dashed { stroke-dasharray: 5 4; }
  .came { stroke: #818b98; } .came.area { fill: #818b98; fill-opacity: 0.3; stroke: none; }
  .first { stroke: #bc4c00; } .second { stroke: #0969da; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; stroke: #3d444d; } .grid { stroke: #3d444d; }
    text { fill: #9198a1; } .title { fill: #f0f6fc; }
    .first { stroke: #f0883e; } .second { stroke: #4493f8; }
  }
`;

export function drawPlot({ title, time, panels, legend }: Plot): string {
  const height = margin.top + panels.length * (panelHeight + margin.between) - margin.between + margin.bottom;
  const across = (minute: number) =>
    margin.left + ((minute - time.from) / (time.to - time.from)) * (width - margin.left - margin.right);
  const drawn = panels.map((panel, index) => {
    const top = margin.top + index * (panelHeight + margin.between);
    return drawPanel(panel, { top, across, time, isLast: index === panels.length - 1 });
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(title)}</title>
<style>${style}</style>
<rect class="page" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="6"/>
<text class="title head" x="16" y="26">${escaped(title)}</text>
${drawLegend(legend)}
${drawn.join("\n")}
</svg>
`;
}

function drawLegend(legend: Plot["legend"]): string {
  let x = 16;
  const entries = legend.map(({ color, says }) => {
    const at = x;
    // As wide as the text may be at the most.
    x += 52 + says.length * 7;
    const kind = color === "came" ? "area" : "line";
    const mark =
      kind === "area"
        ? `<rect class="${color} area" x="${at}" y="36" width="18" height="10"/>`
        : `<path class="${color} line" d="M${at} 41h18"/>`;
    return `${mark}<text x="${at + 24}" y="45">${escaped(says)}</text>`;
  });
  return entries.join("\n");
}

type Place = { top: number; across: (minute: number) => number; time: Plot["time"]; isLast: boolean };

function drawPanel({ title, scale, values, lines }: Panel, { top, across, time, isLast }: Place): string {
  const on = scale === "linear" ? (value: number) => value : (value: number) => Math.log(value);
  const [lowest, highest] = [on(values.from), on(values.to)];
  const up = (value: number) => {
    const within = Math.min(values.to, Math.max(values.from, value));
    return top + panelHeight * (1 - (on(within) - lowest) / (highest - lowest));
  };
  const right = width - margin.right;
  const bottom = top + panelHeight;
  return [
    `<text class="title" x="${margin.left}" y="${top - 8}">${escaped(title)}</text>`,
    ...values.ticks.map(
      ({ at, says }) =>
        `<path class="grid" d="M${margin.left} ${px(up(at))}H${right}"/><text x="${margin.left - 8}" y="${px(up(at) + 4)}" text-anchor="end">${escaped(says)}</text>`,
    ),
    ...time.ticks.map(
      ({ at, says }) =>
        `<path class="grid" d="M${px(across(at))} ${bottom}v5"/>${isLast ? `<text x="${px(across(at))}" y="${bottom + 20}" text-anchor="middle">${escaped(says)}</text>` : ""}`,
    ),
    ...lines.map((line) => drawLine(line, across, up, bottom)),
  ].join("\n");
}

function drawLine(
  { color, kind, points }: Line,
  across: (minute: number) => number,
  up: (value: number) => number,
  bottom: number,
): string {
  let path = "";
  let isDrawing = false;
  let last = 0;
  for (const [minute, value] of points) {
    if (value === undefined) {
      if (isDrawing && kind === "area") path += `V${bottom}Z`;
      isDrawing = false;
      continue;
    }
    const at = `${px(across(minute))} ${px(up(value))}`;
    if (isDrawing) path += `L${at}`;
    else path += kind === "area" ? `M${px(across(minute))} ${bottom}L${at}` : `M${at}`;
    isDrawing = true;
    last = minute;
  }
  if (isDrawing && kind === "area") path += `L${px(across(last))} ${bottom}Z`;
  const type = { area: "area", solid: "line", dashed: "line dashed" }[kind];
  return `<path class="${color} ${type}" d="${path}"/>`;
}

const px = (value: number) => String(Math.round(value * 10) / 10);

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
