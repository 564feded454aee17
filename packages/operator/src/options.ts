import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { BotError } from "@henji/core/error";
import { dayOf, daysAfter } from "@henji/core/time-zone";

export const help = `What the bot's users have used: answers, tokens, replies and pushes, and what the model cost.

npm run usage -- [options]
npx sst shell --stage production -- npm run usage -- [options]

  --day <YYYY-MM-DD>  the day, in timeZone of bot.config.ts (default today)
  --days <n>          a line for each of the n days up to then, instead of one for each chat
  --ids               include LINE's ids of the chats
  --json              one line of JSON
  --local             of the Henji that npm start runs on this machine
  --state <dir>       the same, if its state is not in .henji
  --help              this text

refused counts chats that were told of the daily limit. Costs are computed from model.prices in bot.config.ts.`;

export type Options = {
  /** Newest first. */
  days: string[];
  /** A line for each day, not for each chat. */
  byDay: boolean;
  ids: boolean;
  json: boolean;
  /** State directory of the system on this machine; undefined: the linked stage. */
  local: string | undefined;
};

/** A day takes one query, and one for each of its chats. */
const MAX_DAYS = 366;

/**
 * @param timeZone of the bot; not called for `--help`
 * @returns undefined for `--help`
 */
export async function readOptions(
  root: string,
  now: number,
  timeZone: () => Promise<string>,
): Promise<Options | undefined> {
  const { values } = parseArgs({
    options: {
      day: { type: "string" },
      days: { type: "string" },
      ids: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      local: { type: "boolean", default: false },
      state: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const { days, ids, json, local, state } = values;
  const today = dayOf(now, await timeZone());
  const { day = today } = values;
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(Date.parse(day)) || daysAfter(day, 0) !== day) {
    throw wrong(`--day takes a date such as ${today}, not ${day}`);
  }
  const count = Number(days ?? 1);
  if (!/^\d+$/.test(days ?? "1") || count < 1 || count > MAX_DAYS) {
    throw wrong(`--days takes a whole number from 1 to ${MAX_DAYS}, not ${days}`);
  }
  return {
    days: Array.from({ length: count }, (_, n) => daysAfter(day, -n)),
    byDay: days !== undefined,
    ...{ ids, json },
    local: local || state !== undefined ? resolve(state ?? `${root}/.henji`) : undefined,
  };
}

function wrong(message: string): BotError {
  return new BotError("config.bad_option", message, { retry: "never" });
}
