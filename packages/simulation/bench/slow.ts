// What answers cost of LINE's quota, and how long users wait for them, with models of different speed.
import { parseArgs } from "node:util";
import { type Plan, quietPlan } from "../src/plan.ts";
import { simulate } from "../src/run.ts";
import { minutes } from "../src/scheduler.ts";
import type { Script } from "../src/traffic-plan.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    chats: { type: "string", default: "200" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(
    "npm run bench:slow -- [--json] [--chats 200]   users, each with two questions four minutes apart",
  );
  process.exit(0);
}
const chats = Number(values.chats);
if (!(Number.isInteger(chats) && chats >= 1 && chats <= 1_000)) {
  console.error("--chats: a number from 1 to 1,000");
  process.exit(2);
}

const latenciesS = [5, 30, 90];

/** Bots, and what their users do: each asks a question, and writes what comes `after`, four minutes later. */
const cases = [
  { says: "auto; users tap the button", delivery: "auto", tapped: 1, after: "question" },
  { says: "auto; users write a command instead", delivery: "auto", tapped: 0, after: "export" },
  { says: "auto; users ask again instead", delivery: "auto", tapped: 0, after: "question" },
  { says: "auto; users do nothing", delivery: "auto", tapped: 0, after: undefined },
  { says: "free; users tap the button", delivery: "free", tapped: 1, after: "question" },
  { says: "push", delivery: "push", tapped: 0, after: "question" },
] as const;

type Case = (typeof cases)[number];

/** A user each 12 seconds: so many that the 20 workers are not all busy, even with an answer each 90 s. */
function script({ after }: Case): Script {
  return Array.from({ length: chats }, (_, n) => `U${n + 1}`).flatMap((chatId, n) => {
    const atMs = n * 12_000;
    const question = { atMs, events: [{ chatId, kind: "question" as const }] };
    return after ? [question, { atMs: atMs + minutes(4), events: [{ chatId, kind: after }] }] : [question];
  });
}

function planOf(one: Case, latencyS: number): Plan {
  return {
    ...quietPlan,
    modelMs: latencyS * 1000,
    bot: { ...quietPlan.bot, delivery: one.delivery },
    traffic: {
      ...quietPlan.traffic,
      script: script(one),
      tapped: one.tapped,
      tapMs: [2_000, 20_000],
      notQuestions: 0,
    },
    troubleMs: minutes(120),
  };
}

async function measure(one: Case, latencyS: number) {
  const { events, violations } = await simulate(1, { plan: planOf(one, latencyS) });
  for (const { rule, what, eventId } of violations) throw new Error(`${rule}: ${what} (${eventId})`);
  const answered = events.filter(({ answers }) => answers > 0);
  const waitsS = answered.map(({ answeredAt = 0, timestamp }) => (answeredAt - timestamp) / 1000);
  const pushes = events.reduce((sum, event) => sum + event.pushes, 0);
  return {
    modelS: latencyS,
    says: one.says,
    answers: answered.length,
    pushes,
    share: pushes / answered.length,
    asks: events.reduce((sum, { asks }) => sum + asks, 0) / answered.length,
    medianS: waitsS.toSorted((a, b) => a - b)[Math.floor(waitsS.length / 2)] ?? 0,
    maxS: Math.max(...waitsS),
  };
}

const rows = [];
for (const latencyS of latenciesS) for (const one of cases) rows.push(await measure(one, latencyS));

if (values.json) {
  console.log(JSON.stringify(rows));
} else {
  console.log(
    "| model takes | delivery | answers | pushes | of the answers | model calls an answer | median wait | longest |",
  );
  console.log("| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
  for (const { modelS, says, answers, pushes, share, asks, medianS, maxS } of rows) {
    const cells = [`${modelS} s`, says, answers, pushes, `${Math.round(100 * share)} %`, asks.toFixed(2)];
    console.log(`| ${[...cells, `${Math.round(medianS)} s`, `${Math.round(maxS)} s`].join(" | ")} |`);
  }
}

const counted = rows.filter(({ says, pushes }) => says.includes("tap the button") && pushes > 0);
for (const { modelS, says, pushes } of counted)
  console.error(`${says}, ${modelS} s: ${pushes} pushes, not 0`);
process.exitCode = counted.length > 0 ? 1 : 0;
