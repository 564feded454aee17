import { sumOf } from "./cost.ts";
import type { Load } from "./run.ts";

export const number = (value: number) => Math.round(value).toLocaleString("en-US");

/** With two digits, as far as they are of the dollar's size. */
export function dollars(value: number): string {
  if (value >= 100) return `$${number(value)}`;
  return `$${value.toFixed(2)}`;
}

export function duration(seconds: number): string {
  if (seconds < 99.5) return `${seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3_600).toFixed(1)} h`;
}

export function times(share: number): string {
  if (share < 0.995) return `${Math.round(100 * share)} %`;
  return share < 9.95 ? `${share.toFixed(1)} times` : `${number(share)} times`;
}

/** The quota that is fullest, and how full: beyond 1 it is met. */
export function firstMet({ uses: [first] }: Load): string {
  return first ? `${first.quota}: ${times(first.share)}` : "";
}

/** One row of the tables of docs/scale.md. */
export function tableRow(names: readonly string[], load: Load): string {
  const { waitS, demand, tooOld, refused } = load;
  const lost = [tooOld > 0 && `${number(tooOld)} too old`, refused > 0 && `${number(refused)} refused`];
  const cells = [
    ...[...names, number(demand.perS), firstMet(load)],
    ...[duration(waitS.p50), duration(waitS.p99), duration(waitS.most), number(load.workers)],
    ...[dollars(sumOf(load.cost)), dollars(load.peakHourUsd), number(load.late)],
    lost.filter((one) => one !== false).join(", "),
  ];
  return `| ${cells.join(" | ")} |`;
}

export const tableHead = [
  "| peak | settings | messages a second, at the most | the fullest quota, if nothing waited | half wait | 99 of 100 wait | longest wait | workers | cost of the day | of its dearest hour | too late to be free | not answered |",
  "| --- | --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
];
