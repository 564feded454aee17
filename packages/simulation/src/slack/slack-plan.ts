import { type FaultRates, noFaults } from "../fault-rates.ts";
import type { Random } from "../random.ts";

/** What people do in a Slack workspace beside LINE's users. All chances are shares, from 0 to 1. */
export type SlackPlan = {
  faultRates: FaultRates;
  dms: number;
  threads: number;
  events: number;
  spanMs: number;
  /** How far the history that is read is behind the posts, milliseconds, at the most. */
  lagMs: number;
  /** Of the messages in a thread: those that mention the bot, and those that mention somebody else. */
  mentions: number;
  toOthers: number;
  /** Of the messages: deleted some time later. */
  deleted: number;
  /** Of the events: written by another bot. */
  bots: number;
  /** Of the questions: those for which another app writes metadata with their key. */
  imposters: number;
  /** Of the requests: those that arrive long after the next ones, and those whose answer is lost. */
  late: number;
  responseLost: number;
};

export function drawSlack(random: Random, kinds: number, wildness: number): SlackPlan | undefined {
  if (!random.chance(0.4)) return undefined;
  const share = (most = 1) => (random.chance(kinds) ? wildness * most * (0.2 + random.next()) : 0);
  return {
    faultRates: {
      ...noFaults,
      ...{ requestLost: share(2), responseLost: share(2), slow: share() },
      silent: random.pick([0, 0.3, 1]),
    },
    dms: random.int(0, 2),
    threads: random.int(1, 2),
    events: random.int(2, 12),
    spanMs: 60_000 * random.pick([1, 3, 15]),
    // With 20 s that a lost request may be late, less than the minute that core waits.
    lagMs: random.pick([0, 2_000, 35_000]),
    mentions: random.pick([0.3, 1]),
    toOthers: random.pick([0, 0.3]),
    deleted: random.pick([0, 0, 0.2]),
    bots: random.pick([0, 0.2]),
    imposters: random.pick([0, 0.3]),
    late: random.pick([0, 0.3]),
    responseLost: share(),
  };
}
