import { sumOf } from "./cost.ts";
import { type Color, drawPlot, type Line, type Plot, type Tick } from "./plot.ts";
import type { Load, Minute } from "./run.ts";

/** What a figure shows of a load: one row for every so many minutes. */
export type Series = {
  says: string;
  rows: readonly SeriesRow[];
};

export type SeriesRow = {
  minute: number;
  /** A second. */
  came: number;
  answered: number;
  p50S: number | null;
  p99S: number | null;
  usdPerHour: number;
};

export type Window = { fromMinute: number; toMinute: number; everyMinutes: number };

/** Rounded, so that they can be kept and drawn again. */
export function seriesOf(
  says: string,
  { minutes }: Load,
  { fromMinute, toMinute, everyMinutes }: Window,
): Series {
  const rows: SeriesRow[] = [];
  for (let minute = fromMinute; minute < toMinute; minute += everyMinutes) {
    const some = minutes.slice(minute, minute + everyMinutes);
    const sum = (pick: (one: Minute) => number) => some.reduce((total, one) => total + pick(one), 0);
    const most = (pick: (one: Minute) => number | undefined) =>
      some.reduce<number | null>((highest, one) => {
        const value = pick(one);
        return value === undefined ? highest : Math.max(highest ?? 0, value);
      }, null);
    rows.push({
      minute,
      came: rounded(sum(({ messages }) => messages) / everyMinutes / 60),
      answered: rounded(sum(({ answers }) => answers) / everyMinutes / 60),
      p50S: roundedOrNull(most(({ p50S }) => p50S)),
      p99S: roundedOrNull(most(({ p99S }) => p99S)),
      usdPerHour: rounded((sum(({ cost }) => sumOf(cost)) / everyMinutes) * 60),
    });
  }
  return { says, rows };
}

/** To three digits. */
const rounded = (value: number) => Number(value.toPrecision(3));
const roundedOrNull = (value: number | null) => (value === null ? null : rounded(value));

/** Messages and answers, waits, and cost, of one or two loads with the same messages. */
export function drawFigure(title: string, all: readonly Series[], window: Window): string {
  const { fromMinute, toMinute, everyMinutes } = window;
  const colors: readonly Color[] = all.length === 1 ? ["second"] : ["first", "second"];
  const [{ rows } = { rows: [] }] = all;
  /** A row stands for a span of time, not for a moment. */
  const steps = (rows: readonly SeriesRow[], pick: (row: SeriesRow) => number | null): Line["points"] =>
    rows.flatMap((row) => {
      const value = pick(row) ?? undefined;
      return [
        [row.minute, value],
        [row.minute + everyMinutes, value],
      ] as const;
    });
  const lines = (kind: Line["kind"], pick: (row: SeriesRow) => number | null): Line[] =>
    all.map(({ rows }, n) => ({
      ...{ color: colors[n]!, kind },
      points: steps(rows, pick),
    }));
  const most = (pick: (row: SeriesRow) => number) => Math.max(...all.flatMap(({ rows }) => rows.map(pick)));

  const rates = linear(
    most(({ came, answered }) => Math.max(came, answered)),
    (value) => value.toLocaleString("en-US"),
  );
  const costs = linear(
    most(({ usdPerHour }) => usdPerHour),
    (value) => `$${value.toLocaleString("en-US")}`,
  );
  const plot: Plot = {
    title,
    time: { from: fromMinute, to: toMinute, ticks: timeTicks(fromMinute, toMinute) },
    legend: [{ color: "came", says: "messages" }, ...all.map(({ says }, n) => ({ color: colors[n]!, says }))],
    panels: [
      {
        title: "Messages and answers a second",
        ...{ scale: "linear", values: rates },
        lines: [
          { color: "came", kind: "area", points: steps(rows, ({ came }) => came) },
          ...lines("solid", ({ answered }) => answered),
        ],
      },
      {
        title: "Wait of the messages that came at this time: half of them (solid), 99 of 100 (dashed)",
        ...{ scale: "logarithmic", values: waits(most(({ p99S }) => p99S ?? 0)) },
        lines: [...lines("solid", ({ p50S }) => p50S), ...lines("dashed", ({ p99S }) => p99S)],
      },
      {
        title: "Cost in US dollars an hour, without LINE's pushes",
        ...{ scale: "linear", values: costs },
        lines: lines("solid", ({ usdPerHour }) => usdPerHour),
      },
    ],
  };
  return drawPlot(plot);
}

/** From zero to a round number, in two to five steps. */
function linear(most: number, says: (value: number) => string) {
  const power = 10 ** Math.floor(Math.log10(most || 1));
  const step = [0.2, 0.5, 1, 2].map((n) => n * power).find((one) => most / one <= 5) ?? 5 * power;
  const steps = Math.max(1, Math.ceil(most / step - 1e-9));
  const ticks = Array.from({ length: steps + 1 }, (_, n) => {
    const at = Number((n * step).toPrecision(6));
    return { at, says: says(at) };
  });
  return { from: 0, to: ticks.at(-1)!.at, ticks };
}

const waitTicks: readonly Tick[] = [
  { at: 1, says: "1 s" },
  { at: 10, says: "10 s" },
  { at: 60, says: "1 min" },
  { at: 600, says: "10 min" },
  { at: 3_600, says: "1 h" },
  { at: 86_400, says: "1 day" },
];

function waits(most: number) {
  const above = waitTicks.findIndex(({ at }) => at >= most);
  const ticks = waitTicks.slice(0, above < 0 ? undefined : Math.max(above, 2) + 1);
  return { from: 1, to: ticks.at(-1)!.at, ticks };
}

function timeTicks(from: number, to: number): Tick[] {
  const every = [5, 10, 15, 30, 60, 120, 180, 240].find((one) => (to - from) / one <= 9) ?? 360;
  const ticks: Tick[] = [];
  for (let at = Math.ceil(from / every) * every; at <= to; at += every) ticks.push({ at, says: clock(at) });
  return ticks;
}

function clock(minute: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = minute > 24 * 60 ? " next day" : "";
  return `${two(Math.floor(minute / 60) % 24)}:${two(minute % 60)}${day}`;
}
