import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Bot } from "@henji/core/bot";
import { type Capacity, capacity } from "@henji/core/capacity";
import { acknowledgeWithinMs, maxEventAgeMs, replyTokenFreshMs } from "@henji/core/settings";
import { answer, around, assumedSpeed, cacheLivesMs } from "./answer.ts";
import { type Peak, peakAtMs, peaks } from "./arrivals.ts";
import { drawFigure, type Series, seriesOf, type Window } from "./figure.ts";
import { type Limits, quotas, tiers } from "./quotas.ts";
import { type Load, runLoad } from "./run.ts";
import { number, tableHead, tableRow } from "./words.ts";

// What docs/scale.md shows. `npm run simulate -- --load --document` plays it and writes it down.

const messagesEach = 5;
const seed = 1;

function withWorkers(maximumConcurrency: number): Capacity {
  const concurrency = Math.max(capacity.account.concurrency, maximumConcurrency * 2);
  return {
    ...capacity,
    worker: { ...capacity.worker, maximumConcurrency },
    ...(maximumConcurrency > 500 && { account: { ...capacity.account, concurrency } }),
  };
}

const tenTimesGrow = { requestsPerMinute: 300_000, tokensPerMinute: 1_800_000_000 };

const settings = {
  "as shipped": { ...tiers.build, capacity },
  "500 workers, tier Grow": { ...tiers.grow, capacity: withWorkers(500) },
  "1,000 workers, tier Grow": { ...tiers.grow, capacity: withWorkers(1_000) },
  "1,600 workers, ten times Grow": {
    ...tenTimesGrow,
    capacity: {
      ...withWorkers(1_600),
      table: { ...capacity.table, warmReadUnits: 30_000, warmWriteUnits: 8_000 },
    },
  },
} satisfies Record<string, Limits>;

export type SettingsName = keyof typeof settings;

type Case = { users: number; peak: Peak; settings: SettingsName; oneIn: number };

const peakNames = Object.keys(peaks) as Peak[];
const all = (users: number, settings: SettingsName, oneIn: number): Case[] =>
  peakNames.map((peak) => ({ users, peak, settings, oneIn }));

export const cases: readonly Case[] = [
  ...all(1_000, "as shipped", 1),
  ...all(100_000, "as shipped", 1),
  ...all(100_000, "500 workers, tier Grow", 1),
  ...[{ users: 10_000_000, peak: "ordinary", settings: "as shipped", oneIn: 10 } as const],
  ...all(10_000_000, "1,000 workers, tier Grow", 40),
  ...all(10_000_000, "1,600 workers, ten times Grow", 40),
];

const peakMinute = peakAtMs / 60_000;

type Figure = { file: string; title: string; users: number; peak: Peak; window: Window; of: SettingsName[] };

export const figures: readonly Figure[] = [
  {
    file: "scale-1000.svg",
    title: "1,000 users a day, and a minute with a thousand times the mean",
    ...{ users: 1_000, peak: "thousandfold", of: ["as shipped"] },
    window: { fromMinute: peakMinute - 5, toMinute: peakMinute + 15, everyMinutes: 1 },
  },
  {
    file: "scale-100000.svg",
    title: "100,000 users a day, and a broadcast that everyone answers",
    ...{ users: 100_000, peak: "broadcast", of: ["as shipped", "500 workers, tier Grow"] },
    window: { fromMinute: peakMinute - 15, toMinute: peakMinute + 60, everyMinutes: 1 },
  },
  {
    file: "scale-10000000.svg",
    title: "10 million users on an ordinary day",
    ...{ users: 10_000_000, peak: "ordinary" },
    of: ["1,000 workers, tier Grow", "1,600 workers, ten times Grow"],
    window: { fromMinute: 0, toMinute: 24 * 60, everyMinutes: 15 },
  },
];

const docs = (name: string) => fileURLToPath(new URL(`../../../../docs/${name}`, import.meta.url));
const recordFile = fileURLToPath(new URL("./documented.json", import.meta.url));

/** All that the figures depend on, beside the code. If any of it changes, they must be made anew. */
export const inputsOf = (bot: Bot) =>
  JSON.parse(
    JSON.stringify({
      ...{ capacity, tiers, quotas, answer, assumedSpeed, cacheLivesMs, messagesEach, seed },
      prices: bot.model.prices,
      settings: { acknowledgeWithinMs, maxEventAgeMs, replyTokenFreshMs },
      webhookMs: around.webhookMs,
    }),
  ) as unknown;

/** What was played, kept beside this file: with it the page is compared without playing everything again. */
export type Recorded = {
  inputs: unknown;
  rows: { users: number; settings: SettingsName; row: string }[];
  figures: { file: string; series: Series[] }[];
};

export function playCase({ users, peak, settings: name, oneIn }: Case, bot: Bot): Load {
  const traffic = { users, messagesEach, peak };
  return runLoad({ traffic, limits: settings[name], speed: assumedSpeed, bot, seed, oneIn });
}

export const rowOf = ({ peak, settings }: Case, load: Load) => tableRow([peak, settings], load);

export function seriesIn(one: Case, load: Load): { file: string; series: Series }[] {
  return figures
    .filter(({ users, peak, of }) => users === one.users && peak === one.peak && of.includes(one.settings))
    .map(({ file, window }) => ({ file, series: seriesOf(one.settings, load, window) }));
}

export function drawDocumented({ file, title, window }: Figure, record: Recorded): string {
  return drawFigure(title, record.figures.find((one) => one.file === file)?.series ?? [], window);
}

/** The tables of the page, by what stands between `<!-- loads NAME -->` and `<!-- end -->`. */
export function tablesOf({ rows }: Recorded): Map<string, string> {
  const sizes = [...new Set(rows.map(({ users }) => users))];
  return new Map(
    sizes.map((size) => {
      const lines = rows.filter(({ users }) => users === size).map(({ row }) => row);
      return [number(size), [...tableHead, ...lines].join("\n")];
    }),
  );
}

const between = (name: string) => new RegExp(`(?<=<!-- loads ${name} -->\\n\\n)[^]*?(?=\\n\\n<!-- end -->)`);

export const readPage = () => readFileSync(docs("scale.md"), "utf8");
export const readPicture = (file: string) => readFileSync(docs(file), "utf8");
export const readRecord = (): Recorded => JSON.parse(readFileSync(recordFile, "utf8"));
export const tableIn = (page: string, name: string) => between(name).exec(page)?.[0];

/** Plays everything, and writes the record, the pictures and the tables of the page. */
export function document(bot: Bot, say: (line: string) => void): void {
  const record: Recorded = {
    inputs: inputsOf(bot),
    rows: [],
    figures: figures.map(({ file }) => ({ file, series: [] })),
  };
  for (const one of cases) {
    const load = playCase(one, bot);
    const row = rowOf(one, load);
    say(`${number(one.users)} ${row}`);
    record.rows.push({ users: one.users, settings: one.settings, row });
    for (const { file, series } of seriesIn(one, load))
      record.figures.find((figure) => figure.file === file)!.series.push(series);
  }
  writeFileSync(recordFile, `${JSON.stringify(record)}\n`);
  for (const figure of figures) writeFileSync(docs(figure.file), drawDocumented(figure, record));
  let page = readPage();
  for (const [name, table] of tablesOf(record)) page = page.replace(between(name), () => table);
  writeFileSync(docs("scale.md"), page);
}
