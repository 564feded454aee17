// What a turn takes of DynamoDB, after short and long histories: requests, and capacity as dynalite counts it.
import { parseArgs } from "node:util";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Bot } from "@henji/core/bot";
import { BESIDE_TURNS } from "@henji/core/chat/chats";
import bot from "../../../bot.config.ts";
import { compose, readScript } from "../../core/bench/conversation.ts";
import { startAws } from "../src/aws.ts";
import { createTable } from "../src/dynamo.ts";
import { localAws } from "../src/sqs.ts";
import { createPlayer, type TurnConsumed } from "./memory/chat.ts";
import { readTemplates, writeHistory } from "./memory/history.ts";
import type { Consumed } from "./memory/meter.ts";

const usage = `What a turn takes of DynamoDB, after short and long histories.

npm run bench:memory -- [options]

  --histories <list>  turns before those that are measured (default 10,1000,100000)
  --turns <n>         turns measured after each history, 50 to 300 (default 100)
  --json              everything as one object
  --help              this text

Exits with 1 when a turn takes more than 2 read or 3 write requests, or when the longest history
costs more than 1.2 times the shortest that fills a whole read.`;

const { values } = parseArgs({
  options: {
    histories: { type: "string", default: "10,1000,100000" },
    turns: { type: "string", default: "100" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const histories = values.histories
  .split(",")
  .map(Number)
  .sort((a, b) => a - b);
const measured = Number(values.turns);
if (!histories.every((n) => Number.isInteger(n) && n >= 1 && n <= 1_000_000)) {
  fail("--histories: numbers from 1 to 1,000,000 with commas between them");
}
if (!(Number.isInteger(measured) && measured >= 50 && measured <= 300))
  fail("--turns: a number from 50 to 300");

const goals = { reads: 2, writes: 3, foldReads: 1, foldWrites: 1, growth: 1.2 };
/** Turns played for real; the histories are copies of them. */
const played = 150;
const pauseMs = 60_000;
/** Noon, so that no turn that is measured is the first of its day. */
const noon = Date.UTC(2026, 5, 1, 12);
/** A turn reads so many items; a history at least as long fills every read. */
const readLimit = Math.max(bot.memory.maxTurns, bot.limits.maxUnanswered) + BESIDE_TURNS;
/** Turns in the window after a fold, about. */
const window = Math.ceil(bot.memory.maxTurns / 3);
/** Without daily limits, which a hundred thousand messages would exceed. */
const unlimited: Bot = { ...bot, limits: { ...bot.limits, dailyMessages: 1e9, dailyTokens: 1e12 } };

const scripts = await Promise.all([readScript("ja"), readScript("en"), readScript("mixed")]);
const exchanges = compose(scripts, played + measured, 1);

const aws = await startAws();
const options = { ...localAws, endpoint: aws.dynamodb };
const seeding = new DynamoDBClient(options);
const table = await createTable(aws.dynamodb);
const player = createPlayer({ client: new DynamoDBClient(options), table }, unlimited);

async function playAll(chatId: string, from: number, to: number, startsAt: number): Promise<TurnConsumed[]> {
  const turns: TurnConsumed[] = [];
  for (const [n, exchange] of exchanges.slice(from, to).entries()) {
    turns.push(await player.play(chatId, exchange, startsAt + n * pauseMs));
  }
  return turns;
}

const original = chatIdOf(0);
progress(`Playing ${played} turns, to copy from`);
await playAll(original, 0, played, noon - played * pauseMs);
const templates = await readTemplates(seeding, table, original);

type Summary = ReturnType<typeof summarize>;
type Row = { history: number; turns: Summary; folds: Summary | undefined; seedS: number; msPerTurn: number };

const rows: Row[] = [];
for (const history of histories) {
  const chatId = chatIdOf(history);
  const name = `${history.toLocaleString("en")} turns`;
  const startedAt = performance.now();
  await writeHistory(seeding, table, templates, {
    ...{ chatId, turns: history, endsAt: noon - pauseMs, pauseMs, window },
    onProgress: (written) => {
      if (written % 10_000 === 0) progress(`${written.toLocaleString("en")} of ${name} are written`);
    },
  });
  const seedS = (performance.now() - startedAt) / 1000;
  progress(`Playing ${measured} turns after ${name}`);
  const playedAt = performance.now();
  const turns = await playAll(chatId, played, played + measured, noon);
  const folds = turns.flatMap(({ fold }) => fold ?? []);
  rows.push({
    history,
    turns: summarize(turns.map(({ turn }) => turn)),
    folds: folds.length === 0 ? undefined : summarize(folds),
    seedS,
    msPerTurn: (performance.now() - playedAt) / measured,
  });
}
await aws.stop();

const missed = rows.flatMap(({ history, turns, folds }) => [
  ...over(history, "read requests in a turn", turns.reads.max, goals.reads),
  ...over(history, "write requests in a turn", turns.writes.max, goals.writes),
  ...over(history, "read requests for a fold", folds?.reads.max ?? 0, goals.foldReads),
  ...over(history, "write requests for a fold", folds?.writes.max ?? 0, goals.foldWrites),
]);
const [shortest, longest] = [rows.find(({ history }) => history >= readLimit), rows.at(-1)];
const growth = shortest &&
  longest &&
  // With one history there is nothing to compare.
  longest !== shortest && {
    from: shortest.history,
    to: longest.history,
    readUnits: longest.turns.readUnits.mean / shortest.turns.readUnits.mean,
    writeUnits: longest.turns.writeUnits.mean / shortest.turns.writeUnits.mean,
  };
if (growth) {
  missed.push(...over(growth.to, `times the read units of ${growth.from}`, growth.readUnits, goals.growth));
  missed.push(...over(growth.to, `times the write units of ${growth.from}`, growth.writeUnits, goals.growth));
}

if (values.json) {
  const { memory } = bot;
  const assumptions = { turns: measured, pauseMs, readLimit, window, memory };
  console.log(JSON.stringify({ assumptions, rows, growth, goals, missed }, null, 2));
} else {
  print();
}
process.exit(missed.length === 0 ? 0 : 1);

function summarize(all: readonly Consumed[]) {
  const of = (pick: (one: Consumed) => number) => {
    const numbers = all.map(pick);
    return {
      mean: numbers.reduce((sum, n) => sum + n, 0) / numbers.length,
      max: Math.max(...numbers),
    };
  };
  const operations: Record<string, number> = {};
  for (const one of all) {
    for (const [name, n] of Object.entries(one.operations)) operations[name] = (operations[name] ?? 0) + n;
  }
  return {
    count: all.length,
    reads: of(({ reads }) => reads),
    writes: of(({ writes }) => writes),
    readUnits: of(({ readUnits }) => readUnits),
    writeUnits: of(({ writeUnits }) => writeUnits),
    operations,
  };
}

function over(history: number, what: string, value: number, goal: number): string[] {
  if (value <= goal) return [];
  return [`after ${history} turns: ${Number(value.toFixed(3))} ${what}, more than ${goal}`];
}

function print() {
  console.log(
    `${measured} turns after each history; a read takes at most ${readLimit} items; mean, and (most)\n`,
  );
  const line = ({
    count,
    reads,
    writes,
    readUnits,
    writeUnits,
    operations,
  }: ReturnType<typeof summarize>) => {
    const cell = ({ mean, max }: { mean: number; max: number }) => `${mean.toFixed(2)} (${max})`;
    return {
      count,
      reads: cell(reads),
      writes: cell(writes),
      "read units": cell(readUnits),
      "write units": cell(writeUnits),
      requests: Object.entries(operations)
        .map(([name, n]) => `${Number((n / count).toFixed(2))} ${name}`)
        .join(", "),
    };
  };
  const lines = rows.flatMap(({ history, turns, folds }) => {
    const after = `after ${history.toLocaleString("en")} turns`;
    const own: [string, unknown][] = [[after, line(turns)]];
    if (folds) own.push([`${after}: a fold adds`, line(folds)]);
    return own;
  });
  console.table(Object.fromEntries(lines));
  if (growth) {
    const { from, to, readUnits, writeUnits } = growth;
    console.log(
      `${to.toLocaleString("en")} to ${from.toLocaleString("en")} turns: ${readUnits.toFixed(3)} of the read units, ${writeUnits.toFixed(3)} of the write units`,
    );
  }
  for (const goal of missed) console.error(`Missed: ${goal}`);
}

function chatIdOf(n: number): string {
  return `U${n.toString(16).padStart(32, "0")}`;
}

function progress(what: string) {
  console.error(what);
}

function fail(reason: string): never {
  console.error(reason);
  process.exit(2);
}
