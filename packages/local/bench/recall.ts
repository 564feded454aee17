// What the bot knows of the beginning of a conversation when only its notes contain it. Asks the real model.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { createModel } from "@henji/core/model/lazy";
import type { ModelUsage } from "@henji/core/usage/usage";
import { costOf } from "@henji/core/usage/usage";
import bot from "../../../bot.config.ts";
import { createChat } from "./recall/chat.ts";
import { isHit, readFacts } from "./recall/facts.ts";

const usage = `What the bot knows of the beginning of a conversation when only its notes contain it.

npm run eval:memory -- [options]

  --folds <n>  how often the notes are rewritten at least before the questions (default 2)
  --help       this text

Tells a dozen turns of facts and goes on with small talk, in English and in Japanese, with the model, marks and
instructions of bot.config.ts. Then it asks about the facts, and looks for the words that an answer must have.
Only the notes and the answers to the questions are asked of the model: a cent or two.

Environment, or a file .env:
  OPENAI_API_KEY   the account that pays
  OPENAI_BASE_URL  another server with OpenAI's Responses API, such as the model simulator`;

const { values } = parseArgs({
  options: { folds: { type: "string", default: "2" }, help: { type: "boolean", default: false } },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const minFolds = Number(values.folds);
if (!(Number.isInteger(minFolds) && minFolds >= 1 && minFolds <= 5)) fail("--folds: a number from 1 to 5");

const env = resolve(import.meta.dirname, "../../../.env");
if (existsSync(env)) process.loadEnvFile(env);
const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL } = process.env;
if (!apiKey) fail("OPENAI_API_KEY is not set: put a key into the environment or into a file .env");

/** Of small talk: more than five folds of the longest window need. */
const maxTurns = 400;
const modelOf = (settings: typeof bot.model) => createModel({ apiKey, baseURL, settings });
const model = modelOf(bot.model);
const summarizer = modelOf({
  ...bot.model,
  name: bot.memory.summaryModel ?? bot.model.name,
  maxOutputTokens: bot.memory.summaryTokens,
});

type Score = { hits: number; questions: number; used: ModelUsage[] };

async function evaluate(language: "en" | "ja", name: string): Promise<Score> {
  const { told, smallTalk, questions } = await readFacts(language, maxTurns);
  const chat = await createChat({ chatId: `eval-memory-${language}`, bot, model, summarizer });
  for (const exchange of told) await chat.add(exchange);
  for (const exchange of smallTalk) {
    const { summarized, folds } = chat.count();
    if (summarized >= told.length && folds >= minFolds) break;
    await chat.add(exchange);
  }
  const { turns, summarized, folds } = chat.count();
  if (summarized < told.length) throw new Error(`After ${turns} turns the facts are still in the window`);
  console.log(
    `\n${name}: ${turns} turns, of which the notes summarize ${summarized}, rewritten ${folds} times\n`,
  );
  console.log(chat.notes().replace(/^/gm, "  | "));

  const used = [...chat.used];
  let hits = 0;
  for (const question of questions) {
    const answer = await chat.ask(question.ask);
    used.push(answer.usage);
    const isKnown = isHit(answer.text, question);
    if (isKnown) hits += 1;
    console.log(`\n${isKnown ? "hit " : "MISS"}  ${question.ask}   [${question.expect.join(" + ")}]`);
    console.log(`      ${answer.text.replaceAll("\n", "\n      ")}`);
  }
  return { hits, questions: questions.length, used };
}

try {
  const scores = { English: await evaluate("en", "English"), Japanese: await evaluate("ja", "Japanese") };
  const used = Object.values(scores).flatMap((score) => score.used);
  const usd = used.reduce((total, one) => total + costOf(one, bot.model.prices), 0);
  console.log(`\n${bot.model.name}, notes of at most ${bot.memory.summaryTokens} tokens`);
  for (const [name, { hits, questions }] of Object.entries(scores)) {
    console.log(`${name}: ${hits} of ${questions}`);
  }
  console.log(`${used.length} calls, $${usd.toFixed(4)} by the prices of bot.config.ts`);
} catch (error) {
  fail(`Stopped: ${error instanceof Error ? error.message : error}`);
}

function fail(reason: string): never {
  console.error(reason);
  process.exit(1);
}
