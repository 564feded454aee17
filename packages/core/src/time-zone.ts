const formats = new Map<string, Intl.DateTimeFormat>();

/** `YYYY-MM-DD HH:MM` by the clocks of the zone; making the format takes far longer than using it. */
function localFormat(timeZone: string): Intl.DateTimeFormat {
  const made =
    formats.get(timeZone) ??
    // Sweden writes dates as ISO 8601 does.
    new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
  formats.set(timeZone, made);
  return made;
}

/** Whether it is a name such as "Asia/Tokyo". A mere offset knows no summer time, and is none. */
export function isTimeZone(name: string): boolean {
  try {
    return /^[a-z]/i.test(name) && localFormat(name) !== undefined;
  } catch {
    return false;
  }
}

/** The day by the clocks of the zone, `YYYY-MM-DD`. */
export function dayOf(at: number, timeZone: string): string {
  return localFormat(timeZone).format(at).slice(0, 10);
}

/** Date and time by the clocks of the zone, with their distance from UTC: an hour that comes twice is told apart. */
export function localTime(at: number, timeZone: string): string {
  return `${localFormat(timeZone).format(at)} ${zoneName(at, timeZone, "en", "shortOffset")}`;
}

const spokenFormats = new Map<string, Intl.DateTimeFormat>();

/** `Saturday, 28 November 2026 at 20:31` by the clocks of the zone. */
export function spokenTime(at: number, timeZone: string): string {
  const made =
    spokenFormats.get(timeZone) ??
    new Intl.DateTimeFormat("en-GB", { timeZone, dateStyle: "full", timeStyle: "short" });
  spokenFormats.set(timeZone, made);
  return made.format(at);
}

/** How people call the zone, such as "Japan Standard Time" or 日本標準時. */
export function nameOfZone(at: number, timeZone: string, language: string): string {
  return zoneName(at, timeZone, language, "longGeneric");
}

const HOUR_MS = 60 * 60_000;

/** When the day begins in the zone, epoch milliseconds: its first moment, wherever summer time has put midnight. */
export function startOfDay(day: string, timeZone: string): number {
  const midnight = Date.parse(day);
  // No zone is further from UTC than 14 hours.
  let before = midnight - 15 * HOUR_MS;
  let from = midnight + 15 * HOUR_MS;
  while (from - before > 1) {
    const middle = Math.floor((before + from) / 2);
    if (dayOf(middle, timeZone) < day) before = middle;
    else from = middle;
  }
  return from;
}

/** So many days later in the calendar, or earlier. */
export function daysAfter(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 24 * HOUR_MS).toISOString().slice(0, 10);
}

function zoneName(
  at: number,
  timeZone: string,
  language: string,
  timeZoneName: "shortOffset" | "longGeneric",
): string {
  const parts = new Intl.DateTimeFormat(language, { timeZone, timeZoneName }).formatToParts(at);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? timeZone;
}
