import { countedBy } from "@henji/core/dead-letter/counted-by";

/** `12,345`. */
export const whole = (n: number): string => n.toLocaleString("en-US");

/** `1 turn`, `2 turns`. */
export const count = (n: number, noun: string): string => `${whole(n)} ${noun}${n === 1 ? "" : "s"}`;

export function iso(at: number): string {
  return new Date(at).toISOString();
}

/** `2026-11-28 14:05:33` by the clocks of the zone. */
export function timeOf(at: number | undefined, timeZone: string): string {
  if (at === undefined) return "";
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
  formats.set(timeZone, format);
  return format.format(at);
}

/** Making one takes far longer than using it. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** `3 model.unavailable, 1 line.rejected`. */
export function countsOf(names: readonly string[]): string {
  return countedBy(names)
    .map(([name, number]) => `${whole(number)} ${name}`)
    .join(", ");
}
