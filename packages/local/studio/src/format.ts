import { words } from "./words.ts";

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const exactTime = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hourCycle: "h23",
});
const toSeconds = new Intl.DateTimeFormat(undefined, {
  ...{ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
});
const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", weekday: "short" });
const dayOfYear = new Intl.DateTimeFormat(undefined, {
  year: "numeric",
  month: "short",
  day: "numeric",
  weekday: "short",
});
const number = new Intl.NumberFormat();
const percent = new Intl.NumberFormat(undefined, { style: "percent" });
const currency = { style: "currency", currency: "USD", currencyDisplay: "narrowSymbol" } as const;
const dollars = new Intl.NumberFormat(undefined, currency);
/** For amounts as small as one answer: a hundredth of a cent. */
const fewCents = new Intl.NumberFormat(undefined, { ...currency, maximumSignificantDigits: 2 });

export const formatTime = (at: number) => time.format(at);
/** With its day, if that is not today. */
export const formatWhen = (at: number, now = Date.now()) =>
  dayKey(at) === dayKey(now) ? toSeconds.format(at) : `${formatDay(at, now)} ${time.format(at)}`;
export const formatExactTime = (at: number) => exactTime.format(at);
export const formatNumber = (n: number) => number.format(n);
export const formatDollars = (n: number) => (n < 0.1 ? fewCents : dollars).format(n);

export function formatShare(part = 0, whole = 0): string {
  return whole === 0 ? "–" : percent.format(part / whole);
}

/** "12 ms", "1.24 s", "2 min 5 s". */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(2)} s`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
}

/** "0:03", as a player counts. */
export function formatSeconds(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const bytesIn = (unit: "byte" | "kilobyte" | "megabyte") =>
  new Intl.NumberFormat(undefined, {
    style: "unit",
    unit,
    // "18 bytes": its short form is "18 byte".
    unitDisplay: unit === "byte" ? "long" : "short",
    maximumFractionDigits: unit === "megabyte" ? 1 : 0,
  });
const [bytes, kilobytes, megabytes] = [bytesIn("byte"), bytesIn("kilobyte"), bytesIn("megabyte")];

export function formatBytes(n: number): string {
  if (n < 1_000) return bytes.format(n);
  return n < 1_000_000 ? kilobytes.format(n / 1_000) : megabytes.format(n / 1_000_000);
}

/** Equal for two times on the same local day, different otherwise. */
export const dayKey = (at: number) => new Date(at).toDateString();

export function formatDay(at: number, now = Date.now()): string {
  if (dayKey(at) === dayKey(now)) return words.today;
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  if (dayKey(at) === yesterday.toDateString()) return words.yesterday;
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? day : dayOfYear).format(at);
}

const segments = new Intl.Segmenter();

/** The text of an avatar: the first letter, kanji or emoji of a name. */
export function initialOf(name: string): string {
  const [first] = segments.segment(name.trim());
  return first?.segment.toLocaleUpperCase() ?? "?";
}

/** The beginning of a text, on one line. */
export const oneLine = (text: string) => text.slice(0, 200).replace(/\s+/g, " ").trim();

/** Chinese and Japanese draw the same characters differently, so a Japanese text needs its language. */
export const langOf = (text: string) =>
  /[\p{scx=Hiragana}\p{scx=Katakana}\p{sc=Han}]/u.test(text) ? "ja" : undefined;
