import { resolve } from "node:path";
import { defineBot } from "@henji/core/bot";
import { createUsageReport, type DayReport } from "@henji/core/usage/report";
import { explain } from "./explain.ts";
import { help, type Options, readOptions } from "./options.ts";
import { openTable, useLocalStage } from "./stage.ts";
import { byChat, byDay } from "./usage-text.ts";

const root = resolve(import.meta.dirname, "../../..");
let local: string | undefined;

async function main(): Promise<string> {
  // Imported here, so that an error in it is explained like any other.
  const loadBot = async () => defineBot((await import("../../../bot.config.ts")).default);
  const options = await readOptions(root, Date.now(), async () => (await loadBot()).timeZone);
  if (!options) return help;
  local = options.local;
  if (local !== undefined) useLocalStage(local);
  const report = createUsageReport(openTable());
  const { timeZone, model } = await loadBot();
  const reports: DayReport[] = [];
  for (const day of options.days)
    reports.push(await report.forDay(day, { prices: model.prices, timeZone }, options.ids));
  return textOf(reports, timeZone, options);
}

function textOf(reports: DayReport[], timeZone: string, { byDay: isByDay, json }: Options): string {
  if (json) {
    const days = reports.map(({ day, total }) => ({ day, total }));
    return JSON.stringify(isByDay ? { days } : reports[0]);
  }
  return isByDay ? byDay(reports, timeZone) : byChat(reports[0]!, timeZone);
}

// A reader of the first lines only, such as `head`, closes the pipe.
process.stdout.on("error", () => process.exit(0));

main().then(
  (text) => console.log(text),
  (error) => {
    console.error(explain(error, local));
    process.exit(1);
  },
);
