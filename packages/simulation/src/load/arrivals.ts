import type { Random } from "../random.ts";
import { minutes } from "../scheduler.ts";

const HOUR_MS = minutes(60);
const DAY_MS = 24 * HOUR_MS;

/** Of a day's conversations, the share of each hour, from midnight on: few at night, most in the evening. */
const hours = [
  ...[1.6, 0.9, 0.6, 0.5, 0.5, 0.8, 1.8, 3.6, 4.6, 4.4, 4.2, 4.6],
  ...[6.6, 5.0, 4.2, 4.2, 4.4, 5.0, 5.8, 6.8, 8.0, 8.6, 7.9, 5.4],
];

/** When the peak begins. */
export const peakAtMs = 20 * HOUR_MS;

export const peaks = {
  ordinary: "a day whose fullest hour, from 21:00 on, has twice the mean",
  campaign: "an ordinary day, and from 20:00 on an hour with ten times the mean",
  broadcast:
    "an ordinary day, and at 20:00 a broadcast that every user of the day answers, most within three minutes",
  thousandfold: "an ordinary day, and at 20:00 a minute with a thousand times the mean",
} as const;

export type Peak = keyof typeof peaks;

export const isPeak = (name: string): name is Peak => Object.hasOwn(peaks, name);

export type Traffic = {
  /** Who write on that day; each in a 1:1 chat. */
  users: number;
  /** In one conversation each, a question every 30 seconds or so. */
  messagesEach: number;
  peak: Peak;
};

/** Messages of a day in the order in which they are sent. */
export type Arrivals = {
  /** Milliseconds since midnight. */
  at: Float64Array;
  /** Who sends it: a number below the number of users. */
  chat: Int32Array;
};

/** A key holds both: a time of 27 bits or so above a chat of 24. */
const CHATS = 2 ** 24;

export function drawArrivals({ users, messagesEach, peak }: Traffic, random: Random): Arrivals {
  const keys: number[] = [];
  const send = (at: number, chat: number) => keys.push(Math.floor(at) * CHATS + chat);
  const hourOf = createChooser(hours);
  for (let chat = 0; chat < users; chat += 1) {
    let at = (hourOf(random.next()) + random.next()) * HOUR_MS;
    for (let left = messagesEach; left > 0; left -= 1) {
      send(at % DAY_MS, chat);
      at += 5_000 + exponential(random, 25_000);
    }
  }
  const mean = (users * messagesEach) / DAY_MS;
  const anyone = () => Math.floor(random.next() * users);
  if (peak === "campaign")
    for (let left = Math.round(9 * mean * HOUR_MS); left > 0; left -= 1)
      send(peakAtMs + random.next() * HOUR_MS, anyone());
  if (peak === "broadcast")
    for (let chat = 0; chat < users; chat += 1) send(peakAtMs + exponential(random, minutes(3)), chat);
  if (peak === "thousandfold")
    for (let left = Math.round(999 * mean * minutes(1)); left > 0; left -= 1)
      send(peakAtMs + random.next() * minutes(1), anyone());

  const sorted = Float64Array.from(keys).sort();
  return {
    at: sorted.map((key) => Math.floor(key / CHATS)),
    chat: Int32Array.from(sorted, (key) => key % CHATS),
  };
}

function exponential(random: Random, mean: number): number {
  return -Math.log(1 - random.next()) * mean;
}

/** Chooses an index with the probability that its weight has among all. */
function createChooser(weights: readonly number[]): (share: number) => number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  const ends = weights.map((weight) => {
    sum += weight / total;
    return sum;
  });
  return (share) => Math.min(ends.findIndex((end) => share < end) >>> 0, weights.length - 1);
}
