// What killing the worker costs: the same load twice, without kills and with them, at the real holds.
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { createRandom } from "@henji/simulation";
import { startLocal } from "../../src/start.ts";
import { answersIn, linksOf, textOf } from "../support.ts";
import { startKillableWorker } from "./worker.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "12" },
    users: { type: "string", default: "12" },
    seed: { type: "string", default: "1" },
    verbose: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(
    "npm run test:crashes -- [--kills 12] [--users 12] [--seed 1] [--verbose]   about a minute for each kill, and one without",
  );
  process.exit(0);
}

const kills = Number(values.kills);
const random = createRandom(values.seed);
/** Interval of the messages of a user. */
const everyMs = 12_000;
/** Long enough to recover from a kill before the next. */
const betweenKillsMs = [40_000, 52_000] as const;
const calmMs = 40_000;
/** With kills the longest wait may be longer by this much. */
const allowedMs = 45_000;

type Load = { sent: number; doubled: number; disordered: number; missing: number; waitsMs: number[] };

const local = await startLocal({ modelLatencyMs: 1_500, logLevel: values.verbose ? "info" : "error" });
await local.stopWorker();
const worker = startKillableWorker(local, "real");

const calm = await load(() => wait(calmMs));
const killed = await load(async () => {
  for (let n = 1; n <= kills; n += 1) {
    await wait(random.int(...betweenKillsMs));
    await worker.kill();
    console.error(`${new Date().toISOString()} killed ${n} of ${kills}`);
  }
  // Messages held by the last one become visible again.
  await wait(35_000);
});
await worker.stop();
const parkedInAll = await parked();
await local.stop();

const at = (waits: number[], share: number) =>
  Math.round([...waits].sort((a, b) => a - b)[Math.ceil(share * waits.length) - 1]!);
const row = ({ waitsMs, ...counts }: Load) => ({
  ...counts,
  "p50 (ms)": at(waitsMs, 0.5),
  "p99 (ms)": at(waitsMs, 0.99),
  "longest (ms)": at(waitsMs, 1),
});
console.table({ "without kills": row(calm), [`${kills} kills`]: row(killed) });
const longer = at(killed.waitsMs, 1) - at(calm.waitsMs, 1);
console.log(`The longest wait is ${(longer / 1000).toFixed(1)} s longer with kills; ${parkedInAll} parked.`);
const isBroken = [calm, killed].some((one) => one.doubled + one.disordered + one.missing > 0);
process.exit(isBroken || parkedInAll > 0 || longer > allowedMs ? 1 : 0);

/** Lets users write steadily during `meanwhile`, and waits until every message has its answer. */
async function load(meanwhile: () => Promise<void>): Promise<Load> {
  const { line, model } = local;
  model!.answerWith(({ messages }) => `re: ${messages.at(-1)?.text}`);
  const users = Array.from(
    { length: Number(values.users) },
    (_, n) => line.addUser({ name: `User ${n}` }).userId,
  );
  const sentAt = new Map<string, number>();
  const waitsMs: number[] = [];
  const unsubscribe = line.subscribe((change) => {
    if (change.type !== "message" || change.entry.by === "user") return;
    const since = sentAt.get(`${change.chatId} ${textOf(change.entry).slice("re: ".length)}`);
    if (since !== undefined) waitsMs.push(performance.now() - since);
  });

  let isFinished = false;
  const writing = users.map(async (from, index) => {
    await wait((index * everyMs) / users.length);
    for (let n = 0; !isFinished; n += 1) {
      sentAt.set(`${from} ${n}`, performance.now());
      await line.deliver([line.say({ from, text: String(n) })], { redeliver: { times: 3, delayMs: 100 } });
      await wait(everyMs);
    }
  });
  await meanwhile();
  isFinished = true;
  await Promise.all(writing);

  const answered = () =>
    users.flatMap((user) => answersIn(line, user).map((text) => `${user} ${text.slice(4)}`));
  for (let tries = 0; new Set(answered()).size < sentAt.size && tries < 120; tries += 1) await wait(1_000);
  unsubscribe();
  const all = answered();
  const disordered = users.filter((user) => {
    const numbers = answersIn(line, user).map((text) => Number(text.slice(4)));
    return numbers.some((n, index) => n < (numbers[index - 1] ?? -1));
  });
  return {
    sent: sentAt.size,
    doubled: all.length - new Set(all).size,
    disordered: disordered.length,
    missing: sentAt.size - new Set(all).size,
    waitsMs,
  };
}

/** On the dead-letter queue, and not by the apologies: a reply whose fate is unknown is parked without one. */
async function parked(): Promise<number> {
  const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  const QueueUrl = linksOf(local).DeadLetterQueue?.url;
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["ApproximateNumberOfMessages"] }),
  );
  sqs.destroy();
  return Number(Attributes!.ApproximateNumberOfMessages);
}
