import { isUsedUp, type Quota } from "@henji/functions/channel";
import { managerOf } from "../line/by-hand.ts";
import type { Connected } from "./connect.ts";

/** What was found and done, and what is left to do. */
export function connectedText({ bot, quota, webhook, test, byHand }: Connected): string {
  const { url, outcome, before } = webhook;
  const webhookLines = {
    set: [`set to ${url}`, "LINE takes up to a minute to use it"],
    "already set": [url],
    "would be set": [`would be set to ${url}`, ...(before === null ? [] : [`in place of ${before}`])],
    "not set": [`not set to ${url}`, before === null ? "there is none" : `it stays ${before}`],
    refused: [`belongs to another: ${before}`, `--replace sets ${url} in its place`],
  }[outcome];
  const facts = rows([
    ["bot", [`${bot.displayName} (${bot.basicId})`]],
    ["chat", [chatModes[bot.chatMode] ?? bot.chatMode]],
    ["push quota", [quotaText(quota)]],
    ["plan", [`no API tells its name: Settings, billing (利用と請求), in ${managerOf(bot.basicId)}`]],
    ["webhook test", test ? [test.says, ...(test.fix === undefined ? [] : [`→ ${test.fix}`])] : ["not made"]],
    ["webhook URL", webhookLines],
  ]);
  if (outcome === "refused" || outcome === "not set") return facts;
  const open = byHand.filter(({ isDone }) => isDone !== true);
  const done = byHand.filter(({ isDone }) => isDone === true).map(({ name }) => `${name} is on.`);
  const steps = open.map(({ name, do: what, where, shows, isDone }, n) => {
    const state = isDone === false ? "it is off" : "LINE does not tell whether it is done";
    return `${n + 1}. ${name} (${state})\n   ${where}\n   ${what}\n   How to see it: ${shows}.`;
  });
  return [facts, ...done, "What no API can do, by hand, once:", ...steps].join("\n\n");
}

const chatModes: Record<string, string> = {
  chat: "on: people can answer as well, in LINE's Official Account Manager",
  bot: "off: only the bot answers",
};

function quotaText(quota: Quota): string {
  const { limit, used } = quota;
  if (limit === undefined) return `${used} used this month, no limit; replies are free`;
  const end = isUsedUp(quota)
    ? "used up: until the month ends, only free replies arrive"
    : "replies are free";
  return `${used} of ${limit} used this month; ${end}`;
}

function rows(facts: readonly [name: string, lines: readonly string[]][]): string {
  const width = Math.max(...facts.map(([name]) => name.length)) + 2;
  return facts
    .flatMap(([name, lines]) => lines.map((line, n) => `${(n === 0 ? name : "").padEnd(width)}${line}`))
    .join("\n");
}
