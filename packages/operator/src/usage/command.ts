import { dayOf, daysAfter } from "@henji/core/time-zone";
import { createUsageReport, type DayReport } from "@henji/core/usage/report";
import type { Command } from "commander";
import {
  type CommonOptions,
  commandFor,
  type Environment,
  type Session,
  wholeNumber,
  withSession,
  wrongOption,
} from "../environment.ts";
import { byChat, byDay } from "./text.ts";

type Options = CommonOptions & { day?: string; days?: string; ids?: boolean };

/** A day takes one query, and one for each of its chats. */
const MAX_DAYS = 366;

const notes = `
refused counts chats that were told of the daily limit. Costs are computed from model.prices in bot.config.ts.`;

export function addUsageCommand(program: Command, environment: Environment): void {
  const command = commandFor(
    "usage",
    "What users have used: answers, tokens, replies and pushes, and what it cost.",
  )
    .option("--day <YYYY-MM-DD>", "the day, in timeZone of bot.config.ts (default: today)")
    .option("--days <n>", "a line for each of the n days up to then, instead of one for each chat")
    .option("--ids", "include LINE's ids of the chats")
    .addHelpText("after", notes)
    .action((options: Options) => withSession(environment, options, (session) => usage(session, options)));
  program.addCommand(command);
}

async function usage(
  { stage, terminal, bot }: Session,
  { day, days, ids = false }: Options,
): Promise<undefined> {
  const { timeZone, model } = bot;
  const wanted = daysOf(day ?? dayOf(Date.now(), timeZone), days ?? "1", timeZone);
  const report = createUsageReport(stage.table());
  const reports: DayReport[] = [];
  for (const one of wanted) reports.push(await report.forDay(one, { prices: model.prices, timeZone }, ids));
  if (days === undefined) {
    terminal.document(reports[0]);
    terminal.print(byChat(reports[0]!, timeZone));
    return;
  }
  terminal.document({ days: reports.map(({ day, total }) => ({ day, total })) });
  terminal.print(byDay(reports, timeZone));
}

/** Newest first. */
function daysOf(day: string, days: string, timeZone: string): string[] {
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(Date.parse(day)) || daysAfter(day, 0) !== day) {
    throw wrongOption(`--day takes a date such as ${dayOf(Date.now(), timeZone)}, not ${day}`);
  }
  const count = wholeNumber("--days", days, [1, MAX_DAYS]);
  return Array.from({ length: count }, (_, n) => daysAfter(day, -n));
}
