import { writeFileSync } from "node:fs";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { type Bot, defineBot } from "@henji/core/bot";
import { type Capacity, capacity } from "@henji/core/capacity";
import { mistakesIn } from "@henji/core/capacity-bounds";
import ownBot from "../../../../bot.config.ts";
import { assumedSpeed } from "./answer.ts";
import { isPeak, peakAtMs, peaks } from "./arrivals.ts";
import { sumOf } from "./cost.ts";
import { document } from "./documented.ts";
import { drawFigure, seriesOf, type Window } from "./figure.ts";
import { type Limits, tiers } from "./quotas.ts";
import { type Load, type LoadOptions, runLoad } from "./run.ts";
import { dollars, duration, number, times } from "./words.ts";

export const loadHelp = `npm run simulate -- --load [options]

Plays a day of many users through models of the queue, the event source and the model's rate limits: how long they
wait, which quota is met first, and what it costs. docs/scale.md explains it. No code of core's runs here.

  --users N                how many write on that day (default 1000)
  --messages N             from each, in one conversation (default 5)
  --peak NAME              ${Object.keys(peaks).join(", ")} (default thousandfold)
  --model-ms N             how long half of the answers take at the most (default ${assumedSpeed.medianMs})
  --model-p99-ms N         and 99 of 100 (default ${assumedSpeed.p99Ms})
  --workers N              the event source's maximum concurrency (default: packages/core/src/capacity.ts)
  --batch N                messages in a batch (default: the same)
  --ingress N              concurrency reserved for webhooks (default: the same)
  --tier NAME              OpenAI's: ${Object.keys(tiers).join(", ")} (default build)
  --requests-per-minute N  instead of the tier's
  --tokens-per-minute N    instead of the tier's
  --account-concurrency N  Lambda's quota of the account (default: the same)
  --one-in N               play one of N users, on a share of every limit (default: so that two million messages are played)
  --svg FILE               draw the hours around the peak
  --document               play all of docs/scale.md, and write its tables and pictures (about a minute)
`;

const options = {
  load: { type: "boolean" },
  users: { type: "string", default: "1000" },
  messages: { type: "string", default: "5" },
  peak: { type: "string", default: "thousandfold" },
  "model-ms": { type: "string", default: String(assumedSpeed.medianMs) },
  "model-p99-ms": { type: "string", default: String(assumedSpeed.p99Ms) },
  workers: { type: "string" },
  batch: { type: "string" },
  ingress: { type: "string" },
  tier: { type: "string", default: "build" },
  "requests-per-minute": { type: "string" },
  "tokens-per-minute": { type: "string" },
  "account-concurrency": { type: "string" },
  "one-in": { type: "string" },
  seed: { type: "string", default: "1" },
  svg: { type: "string" },
  document: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const satisfies ParseArgsConfig["options"];

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>["values"];

/** Messages that are played at the most, if nothing else is said: some seconds. */
const playedAtMost = 2_000_000;

/** @throws an Error whose message says what is wrong with the arguments */
export function runLoadCommand(args: readonly string[]): void {
  const { values } = parseArgs({ args: [...args], options });
  if (values.help) {
    console.log(loadHelp);
    return;
  }
  const bot = defineBot(ownBot);
  if (values.document) {
    document(bot, (line) => console.error(line));
    return;
  }
  const load = optionsOf(values, bot);
  const played = runLoad(load);
  if (values.svg !== undefined) writeFileSync(values.svg, draw(load, played));
  if (values.json) console.log(JSON.stringify(jsonOf(load, played)));
  else console.log(textOf(load, played));
}

function optionsOf(values: Values, bot: Bot): LoadOptions {
  const { peak, tier } = values;
  if (!isPeak(peak)) throw new Error(`--peak: one of ${Object.keys(peaks).join(", ")}, not ${peak}`);
  if (!isTier(tier)) throw new Error(`--tier: one of ${Object.keys(tiers).join(", ")}, not ${tier}`);
  const whole = (name: keyof Values, most: number, standard?: number): number => {
    const value = values[name] ?? standard;
    if (/^[1-9]\d*$/.test(String(value)) && Number(value) <= most) return Number(value);
    throw new Error(`--${name}: a whole number from 1 to ${number(most)}, not ${value}`);
  };
  const some: Capacity = {
    ...capacity,
    worker: {
      ...capacity.worker,
      maximumConcurrency: whole("workers", 1e6, capacity.worker.maximumConcurrency),
      batchSize: whole("batch", 1e6, capacity.worker.batchSize),
    },
    ingress: {
      ...capacity.ingress,
      reservedConcurrency:
        values.ingress === undefined ? capacity.ingress.reservedConcurrency : whole("ingress", 1e6),
    },
    account: {
      ...capacity.account,
      concurrency: whole("account-concurrency", 1e6, capacity.account.concurrency),
    },
  };
  const mistakes = mistakesIn(some);
  if (mistakes.length > 0) throw new Error(mistakes.join("\n"));
  const limits: Limits = {
    requestsPerMinute: whole("requests-per-minute", 1e12, tiers[tier].requestsPerMinute),
    tokensPerMinute: whole("tokens-per-minute", 1e12, tiers[tier].tokensPerMinute),
    capacity: some,
  };
  const traffic = { users: whole("users", 1e8), messagesEach: whole("messages", 1_000), peak };
  const speed = { medianMs: whole("model-ms", 120_000), p99Ms: whole("model-p99-ms", 120_000) };
  if (speed.p99Ms < speed.medianMs) throw new Error("--model-p99-ms: no less than --model-ms");
  const messages = traffic.users * traffic.messagesEach;
  // A share of the workers that is less than two would be another system.
  const { maximumConcurrency } = some.worker;
  const share = Math.min(Math.ceil(messages / playedAtMost), Math.floor(maximumConcurrency / 2));
  const oneIn = whole("one-in", traffic.users, share);
  if (traffic.users / oneIn >= 2 ** 24)
    throw new Error("--one-in: too many users to be played; take more of them as one");
  return { traffic, limits, speed, bot, seed: whole("seed", 1e9), oneIn };
}

const isTier = (name: string): name is keyof typeof tiers => Object.hasOwn(tiers, name);

/** From a quarter of an hour before the peak until nobody waits for long any more; an ordinary day as a whole. */
function draw({ traffic: { users, peak } }: LoadOptions, load: Load): string {
  const beginsAt = peak === "ordinary" ? 0 : peakAtMs / 60_000 - 15;
  const answered = load.minutes.findLastIndex(({ answers, minute }) => answers > 0 || minute < 24 * 60);
  const busy = load.minutes.findLastIndex(({ p99S }) => (p99S ?? 0) > 60);
  const isBehind = busy > 23 * 60;
  const last = peak === "ordinary" || isBehind ? answered + 1 : Math.max(busy, beginsAt + 75);
  const everyMinutes = [1, 2, 5, 10, 15].find((one) => (last - beginsAt) / one <= 150) ?? 30;
  const toMinute = beginsAt + Math.ceil((last - beginsAt) / everyMinutes) * everyMinutes;
  const window: Window = { fromMinute: beginsAt, toMinute, everyMinutes };
  return drawFigure(`${number(users)} users: ${peak}`, [seriesOf("answers", load, window)], window);
}

function textOf({ traffic, oneIn }: LoadOptions, load: Load): string {
  const { users, messagesEach, peak } = traffic;
  const { waitS, cost } = load;
  const isScaled = oneIn > 1 ? ` (one user of ${number(oneIn)} was played, on a share of every limit)` : "";
  const lines = [
    `${number(users)} users with ${messagesEach} messages each: ${peaks[peak]}${isScaled}.`,
    "",
    `messages     ${number(load.messages)}, at the most ${number(load.demand.perS)} a second and ${number(load.demand.perMinute)} a minute`,
    `waits        half ${duration(waitS.p50)}, 99 of 100 ${duration(waitS.p99)}, the longest ${duration(waitS.most)}; ${duration(load.slotS)} of it for the model's rate limits at the most`,
    `workers      ${number(load.workers)} at once at the most`,
    `late         ${number(load.late)} answers too late for a free reply: pushes, unless their users write again`,
    `not answered ${number(load.tooOld)} too old, ${number(load.refused)} refused by the function URL`,
    `cost         ${dollars(sumOf(cost))} that day, ${dollars(load.peakHourUsd)} in its dearest hour, without pushes: ${Object.entries(
      cost,
    )
      .map(([part, usd]) => `${part} ${dollars(usd)}`)
      .join(", ")}`,
    "",
    "What the quotas would have to take if nothing waited:",
    ...load.uses.map(
      ({ quota, share, asked, limit, unit }) =>
        `  ${times(share).padStart(12)}  ${quota}: ${number(asked)} of ${number(limit)} ${unit}`,
    ),
  ];
  return lines.join("\n");
}

function jsonOf({ traffic, limits, speed, seed, oneIn }: LoadOptions, load: Load) {
  const { minutes, ...rest } = load;
  return { traffic, limits, speed, seed, oneIn, ...rest, minutes };
}
