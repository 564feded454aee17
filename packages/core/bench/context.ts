// What a model's input costs in a long conversation: four ways to remember, at one token budget.
import { parseArgs } from "node:util";
import { instructionsFor } from "@henji/core/bot";
import { loadTokenizer } from "@henji/core/context/tokens";
import bot from "../../../bot.config.ts";
import { compose, type Exchange, readScript } from "./conversation.ts";
import { meanOverCycles, replay, type TurnCost } from "./replay.ts";
import {
  foldingAtHighMark,
  foldingEveryTurn,
  type StrategyOptions,
  slidingWindow,
  wholeHistory,
} from "./strategies.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    turns: { type: "string", default: "500" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log("npm run bench:context -- [--json] [--turns 500]   turns of each conversation, 200 to 540");
  process.exit(0);
}
const turns = Number(values.turns);
if (!(Number.isInteger(turns) && turns >= 200 && turns <= 600)) {
  console.error(
    "--turns: a number from 200 to 600; below, nothing is flat yet, and above, turns would repeat",
  );
  process.exit(2);
}

const seed = 1;
const pauseMs = 30_000;
/** Longer than anything stays in the prompt cache. */
const longPauseMs = 60 * 60 * 1000;
/** The conversation goes on for so long, uncounted, that the cycle which its last turn is part of comes to its end. */
const afterwards = 80;
const goals = { ratioToSliding: 0.35, growth: 1.15 };

const strategies = {
  "whole history": wholeHistory,
  "sliding window": slidingWindow,
  "summary, folded every turn": foldingEveryTurn,
  "ours: folded at the high mark": foldingAtHighMark,
} as const;
type Name = keyof typeof strategies;
const names = Object.keys(strategies) as Name[];
const ours: Name = "ours: folded at the high mark";
const sliding: Name = "sliding window";

const { memory } = bot;
const instructions = instructionsFor(bot, { type: "user", id: "U0" });
const { prices } = bot.model;
const count = await loadTokenizer();
const options: StrategyOptions = { instructions, memory, count };

const [ja, en, mixed] = await Promise.all([readScript("ja"), readScript("en"), readScript("mixed")]);
const conversations = {
  Japanese: compose([ja], turns + afterwards, seed),
  English: compose([en], turns + afterwards, seed),
  mixed: compose([ja, en, mixed], turns + afterwards, seed),
};

type Replayed = { name: Name; turns: TurnCost[]; withLongPauses: TurnCost[] };

function replayAll(exchanges: readonly Exchange[]): (Replayed & { afterwards: TurnCost[] })[] {
  return names.map((name) => {
    const run = (pause: number) =>
      replay({ exchanges, strategy: strategies[name](options), prices, count, pauseMs: pause });
    const all = run(pauseMs);
    return {
      name,
      turns: all.slice(0, turns),
      afterwards: all.slice(turns),
      withLongPauses: run(longPauseMs).slice(0, turns),
    };
  });
}

function summarize(replayed: readonly Replayed[]) {
  const slidingUsd = usdPer1000(replayed.find(({ name }) => name === sliding)!.turns);
  return replayed.map(({ name, turns, withLongPauses }) => {
    const input = sum(turns, ({ inputTokens }) => inputTokens);
    return {
      strategy: name,
      meanInputTokens: input / turns.length,
      maxInputTokens: turns.reduce((max, { inputTokens }) => Math.max(max, inputTokens), 0),
      cachedShare: sum(turns, ({ cachedTokens }) => cachedTokens) / input,
      folds: turns.filter(({ folded }) => folded).length,
      usdPer1000Turns: usdPer1000(turns),
      foldUsdPer1000Turns: (1000 * sum(turns, ({ foldUsd }) => foldUsd)) / turns.length,
      ratioToSliding: usdPer1000(turns) / slidingUsd,
      usdPer1000TurnsWithLongPauses: usdPer1000(withLongPauses),
    };
  });
}

function usdPer1000(turns: readonly TurnCost[]): number {
  return (1000 * sum(turns, ({ inputUsd, foldUsd }) => inputUsd + foldUsd)) / turns.length;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

const replayed = Object.entries(conversations).map(([conversation, exchanges]) => ({
  conversation,
  strategies: replayAll(exchanges),
}));
const overall = names.map((name) => {
  const each = replayed.map(({ strategies }) => strategies.find((strategy) => strategy.name === name)!);
  return {
    name,
    turns: each.flatMap(({ turns }) => turns),
    withLongPauses: each.flatMap(({ withLongPauses }) => withLongPauses),
  };
});
const results = [...replayed, { conversation: "overall", strategies: overall }].map((each) => ({
  conversation: each.conversation,
  strategies: summarize(each.strategies),
}));
const flatness = replayed.map(({ conversation, strategies }) => {
  const own = strategies.find(({ name }) => name === ours)!;
  const costs = [...own.turns, ...own.afterwards];
  const early = meanOverCycles(costs, 51, 100);
  const late = meanOverCycles(costs, turns - 49, turns);
  return { conversation, early, late, growth: early && late && late.usdPerTurn / early.usdPerTurn };
});

const missed = [
  ...results.flatMap(({ conversation, strategies }) => {
    const { ratioToSliding } = strategies.find(({ strategy }) => strategy === ours)!;
    if (ratioToSliding <= goals.ratioToSliding) return [];
    return `${conversation}: ours costs ${ratioToSliding.toFixed(3)} of the sliding window, more than ${goals.ratioToSliding}`;
  }),
  ...flatness.flatMap(({ conversation, growth }) => {
    if (growth === undefined) return `${conversation}: no whole fold cycle to compare`;
    if (growth <= goals.growth) return [];
    return `${conversation}: the last fifty turns cost ${growth.toFixed(3)} of turns 51 to 100, more than ${goals.growth}`;
  }),
];

const lengths = Object.entries(conversations).map(([conversation, exchanges]) => {
  const counted = exchanges.slice(0, turns);
  const answers = counted.map(({ answer }) => count(answer)).sort((a, b) => a - b);
  const questions = counted.map(({ question }) => count(question)).sort((a, b) => a - b);
  const range = (sorted: number[]) => ({
    min: sorted[0]!,
    mean: sum(sorted, (n) => n) / sorted.length,
    max: sorted.at(-1)!,
  });
  return { conversation, questionTokens: range(questions), answerTokens: range(answers) };
});

if (values.json) {
  const assumptions = { turns, seed, pauseMs, longPauseMs, memory, prices };
  console.log(JSON.stringify({ assumptions, lengths, results, flatness, goals, missed }, null, 2));
} else {
  print();
}
process.exit(missed.length === 0 ? 0 : 1);

function print() {
  console.log(
    `${turns} turns each, one every ${pauseMs / 1000} s; budget ${memory.highWaterTokens} tokens of past turns (ours: down to ${memory.lowWaterTokens}); summary of ${memory.summaryTokens}; $ per million tokens: ${JSON.stringify(prices)}`,
  );
  for (const { conversation, strategies } of results) {
    console.log(`\n${conversation}`);
    console.table(
      Object.fromEntries(
        strategies.map((each) => [
          each.strategy,
          {
            "mean input": Math.round(each.meanInputTokens),
            "max input": each.maxInputTokens,
            cached: `${(100 * each.cachedShare).toFixed(1)} %`,
            folds: each.folds,
            "$ per 1,000 turns": each.usdPer1000Turns.toFixed(4),
            "of it folding": each.foldUsdPer1000Turns.toFixed(4),
            "to sliding": each.ratioToSliding.toFixed(3),
            "$ with hour-long pauses": each.usdPer1000TurnsWithLongPauses.toFixed(4),
          },
        ]),
      ),
    );
  }
  console.log("\nours, whole fold cycles: $ per 1,000 turns, early and late");
  console.table(
    Object.fromEntries(
      flatness.map(({ conversation, early, late, growth }) => [
        conversation,
        {
          early: early && `${(1000 * early.usdPerTurn).toFixed(4)} (turns ${early.from}–${early.to})`,
          late: late && `${(1000 * late.usdPerTurn).toFixed(4)} (turns ${late.from}–${late.to})`,
          "late to early": growth?.toFixed(3),
        },
      ]),
    ),
  );
  for (const goal of missed) console.error(`Missed: ${goal}`);
}
