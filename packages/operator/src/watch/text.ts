import { timeOf, whole } from "../format.ts";
import { table } from "../terminal.ts";
import type { Span } from "./rates.ts";
import type { Reading } from "./reading.ts";

const NOT_KNOWN = "not known here";

/** A reading for people. */
export function readingText(reading: Reading, timeZone: string): string {
  const { at, stage, eventQueue, deadLetterQueue, reminders, parked, notKnown } = reading;
  const lines = [
    ["event queue", `${whole(eventQueue.waiting)} waiting, ${whole(eventQueue.inFlight)} in flight`],
    ["oldest event", ageText(reading.oldestEventS, eventQueue.waiting + eventQueue.inFlight)],
    ["dead-letter queue", lettersText(deadLetterQueue)],
    ["oldest letter", ageText(reading.oldestLetterS, deadLetterQueue.letters + deadLetterQueue.inFlight)],
    ["reminders", `${whole(reminders.toCome)} to come, ${whole(reminders.due)} due`],
    ["parked", parkedText(parked, at)],
    ["model's limit", limitText(reading)],
    ["sent", sentText(reading.sent, timeZone)],
    ["users waited", waitText(reading.wait, timeZone)],
  ];
  const parts = [`${stage || "henji"}  ${timeOf(Date.parse(at), timeZone)} (${timeZone})`];
  parts.push(table(["", ""], lines).trimStart());
  if (notKnown.length > 0) parts.push(notKnown.map((what) => `Not known: ${what}.`).join("\n"));
  return parts.join("\n\n");
}

/** @param count of messages in the queue as of now, which the age may be a minute or two behind */
function ageText(seconds: number | null, count: number): string {
  if (count === 0) return "none";
  return seconds === null ? NOT_KNOWN : durationText(seconds);
}

function lettersText({ letters, inFlight }: Reading["deadLetterQueue"]): string {
  return `${whole(letters)} letter${letters === 1 ? "" : "s"}${inFlight > 0 ? `, ${whole(inFlight)} being looked at` : ""}`;
}

function parkedText({ total, byCode, since }: Reading["parked"], at: string): string {
  if (total === 0) return "none";
  const codes = Object.entries(byCode).map(([code, count]) => `${whole(count)} ${code}`);
  const age =
    since === null ? "" : `; the first ${durationText((Date.parse(at) - Date.parse(since)) / 1000)} ago`;
  return `${whole(total)}: ${codes.join(", ")}${age}`;
}

function limitText({ modelLimit, at }: Reading): string {
  if (!modelLimit) return "nobody waits for it";
  const seconds = (Date.parse(modelLimit.lastAt) - Date.parse(at)) / 1000;
  return `reached: who comes last is asked in ${durationText(seconds)}`;
}

function sentText(sent: Reading["sent"], timeZone: string): string {
  if (!sent) return NOT_KNOWN;
  return `${sent.aMinute.toFixed(1)} answers and notices a minute: ${whole(sent.count)} in ${spanText(sent, timeZone)}`;
}

function waitText(wait: Reading["wait"], timeZone: string): string {
  if (!wait) return NOT_KNOWN;
  const span = spanText(wait, timeZone);
  if (!wait.ms) return `nobody in ${span}`;
  const { p50, p90, p99 } = wait.ms;
  return `${secondsText(p50)} (p50), ${secondsText(p90)} (p90), ${secondsText(p99)} (p99) in ${span}`;
}

function spanText({ minutes, to }: Span, timeZone: string): string {
  return `the ${minutes} minutes to ${timeOf(Date.parse(to), timeZone).slice(11, 16)}`;
}

const secondsText = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** In the largest unit that has two of it, or nearly. */
function durationText(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
