import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineBot } from "@henji/core/bot";
import { capacity } from "@henji/core/capacity";
import { afterEach, describe, expect, test, vi } from "vitest";
import ownBot from "../../../bot.config.ts";
import { answer, around, assumedSpeed } from "../src/load/answer.ts";
import { type Arrivals, drawArrivals, peakAtMs } from "../src/load/arrivals.ts";
import { runLoadCommand } from "../src/load/command.ts";
import { costOf } from "../src/load/cost.ts";
import {
  cases,
  drawDocumented,
  figures,
  inputsOf,
  playCase,
  readPage,
  readPicture,
  readRecord,
  rowOf,
  seriesIn,
  tableIn,
  tablesOf,
} from "../src/load/documented.ts";
import { type PlayOptions, play } from "../src/load/play.ts";
import { quotas, tiers, usesOf } from "../src/load/quotas.ts";
import { type Load, runLoad } from "../src/load/run.ts";
import { createSlots, type ModelRate } from "../src/load/slots.ts";
import { quietPlan } from "../src/plan.ts";
import { createRandom } from "../src/random.ts";
import { simulate } from "../src/run.ts";

const bot = defineBot(ownBot);
const limitless = () => createSlots({ requestsPerMinute: 1e9, tokensPerMinute: 1e12 }, 1);

/** So many messages of so many chats within a span, in the order of their times. */
function arrivalsOf(count: number, chats: number, spanMs: number, seed: string): Arrivals {
  const random = createRandom(seed);
  const at = Float64Array.from({ length: count }, () => Math.floor(random.next() * spanMs)).sort();
  return { at, chat: Int32Array.from(at, () => random.int(0, chats - 1)) };
}

function played(arrivals: Arrivals, chats: number, options: Partial<PlayOptions> = {}) {
  // The model of the simulated world takes 0.4 to 6 s.
  const steps = { ...around, modelMs: createRandom("model").int.bind(undefined, 450, 6_050) };
  const random = createRandom("play");
  return play({
    ...{ arrivals, chats, workers: 20, batchSize: 10, steps, slots: limitless(), random },
    ...options,
  });
}

/** Within this share of the other. */
function expectNear(actual: number, expected: number, share: number) {
  expect(actual / expected).toBeGreaterThan(1 - share);
  expect(actual / expected).toBeLessThan(1 + share);
}

const sorted = (values: Iterable<number>) => [...values].sort((a, b) => a - b);
const quantile = (values: number[], share: number) => values[Math.floor(values.length * share)]!;

describe("the light model and the simulated world, which runs core", () => {
  test.each([
    { says: "workers to spare", count: 300, chats: 100, spanMs: 60_000, workers: 20 },
    {
      says: "few workers, so that batches are full and wait",
      count: 300,
      chats: 100,
      spanMs: 80_000,
      workers: 3,
    },
  ])("agree: $says", async ({ count, chats, spanMs, workers }) => {
    const arrivals = arrivalsOf(count, chats, spanMs, "both");
    const light = played(arrivals, chats, { workers });
    const script = Array.from(arrivals.at, (atMs, n) => ({
      ...{ atMs, events: [{ chatId: `U${arrivals.chat[n]! + 1}`, kind: "question" as const }] },
    }));
    const traffic = { ...quietPlan.traffic, notQuestions: 0, script };
    const { events, violations, history } = await simulate(1, {
      plan: { ...quietPlan, maximumConcurrency: workers, traffic },
    });

    expect(violations).toEqual([]);
    const waits = sorted(events.map(({ answeredAt = Number.NaN, timestamp }) => answeredAt - timestamp));
    for (const share of [0.25, 0.5, 0.75, 0.9])
      expectNear(quantile(sorted(light.waitMs), share), quantile(waits, share), 0.15);
    // The history has a line for each chat of a batch, all of the same moment.
    const returned = history().filter((line) => /worker\d+ +returned/.test(line));
    const batches = new Set(returned.map((line) => line.replace(/ s .*(worker\d+) .*/, " $1")));
    expectNear(light.invocations, batches.size, 0.15);
  });
});

test("a chat's messages are answered in their order, and none is left", () => {
  const arrivals = arrivalsOf(5_000, 50, 1_000_000, "order");
  const { waitMs } = played(arrivals, 50, { workers: 4 });
  const last = new Map<number, number>();
  for (const [n, wait] of waitMs.entries()) {
    const answeredAt = arrivals.at[n]! + wait;
    expect(answeredAt).toBeGreaterThan(last.get(arrivals.chat[n]!) ?? 0);
    last.set(arrivals.chat[n]!, answeredAt);
  }
});

test("no more workers are at work than there may be, and they become more step by step", () => {
  const arrivals = arrivalsOf(20_000, 20_000, 60_000, "many");
  const busiest = (options: Partial<PlayOptions>) =>
    played(arrivals, 20_000, { workers: 500, ...options }).minutes.map(({ workers }) => workers);
  expect(Math.max(...busiest({}))).toBeGreaterThan(200);
  expect(Math.max(...busiest({ workers: 30 }))).toBe(30);
  // It begins with all, and has gone back when somebody writes after a night.
  const late = { at: arrivals.at.map((at) => at + 8 * 3_600_000), chat: arrivals.chat };
  const [first = 0] = played(
    { at: Float64Array.from([0, ...late.at]), chat: Int32Array.from([0, ...late.chat]) },
    20_000,
    {
      ...{ workers: 500, ramp: { from: 5, perMinute: 60 } },
    },
  )
    .minutes.map(({ workers }) => workers)
    .slice(8 * 60);
  expect(first).toBeGreaterThan(5);
  expect(first).toBeLessThanOrEqual(5 + 60);
});

test("the model is asked no more often than its requests and tokens a minute allow", () => {
  const arrivals = arrivalsOf(3_000, 3_000, 60_000, "rate");
  const answers = (requestsPerMinute: number, tokensPerMinute: number) => {
    const slots = createSlots({ requestsPerMinute, tokensPerMinute }, 1_000);
    return played(arrivals, 3_000, { workers: 500, slots })
      .minutes.slice(1, 4)
      .map((one) => one.answers);
  };
  for (const perMinute of [...answers(600, 1e9), ...answers(1e9, 600_000)]) {
    expect(perMinute).toBeGreaterThan(570);
    expect(perMinute).toBeLessThan(630);
  }
});

describe("a load", () => {
  const limits = (workers: number, rate: ModelRate = tiers.launch) => ({
    ...rate,
    capacity: { ...capacity, worker: { ...capacity.worker, maximumConcurrency: workers } },
  });
  const loadOf = (peak: "ordinary" | "broadcast", oneIn: number, seed = 1, rate?: ModelRate): Load => {
    const traffic = { users: 20_000, messagesEach: 2, peak };
    return runLoad({ traffic, limits: limits(80, rate), speed: assumedSpeed, bot, seed, oneIn });
  };

  test.each([
    { bound: "tokens", requestsPerMinute: 1e9, tokensPerMinute: 8e6 },
    { bound: "requests", requestsPerMinute: 2_000, tokensPerMinute: 1e12 },
    { bound: "workers", requestsPerMinute: 1e9, tokensPerMinute: 1e12 },
  ])("of a fourth of the users, on a fourth of every limit, is the load of all: $bound", (rate) => {
    const [all, fourth] = [loadOf("broadcast", 1, 1, rate), loadOf("broadcast", 4, 1, rate)];
    expect(all.waitS.p99).toBeGreaterThan(20);
    for (const pick of [
      ({ messages }: Load) => messages,
      ({ waitS }: Load) => waitS.p50,
      ({ waitS }: Load) => waitS.p99,
      ({ workers }: Load) => workers,
      ({ cost }: Load) => cost.model,
      ({ cost }: Load) => cost.lambda,
    ])
      expectNear(pick(fourth), pick(all), 0.1);
  });

  test("of the same seed is the same, of another seed another", () => {
    const [first, again, other] = [loadOf("ordinary", 4), loadOf("ordinary", 4), loadOf("ordinary", 4, 2)];
    expect(again).toEqual(first);
    expect(other.waitS).not.toEqual(first.waitS);
  });

  test("webhooks beyond what the function URL takes in a second are refused, and not answered", () => {
    const few = limits(80);
    const ingress = { ...few.capacity.ingress, reservedConcurrency: 1 };
    const traffic = { users: 20_000, messagesEach: 2, peak: "broadcast" } as const;
    const load = runLoad({
      ...{ traffic, speed: assumedSpeed, bot, seed: 1, oneIn: 1 },
      limits: { ...few, capacity: { ...few.capacity, ingress } },
    });
    expect(load.demand.perS).toBeGreaterThan(50);
    expect(load.refused).toBeGreaterThan(5_000);
    expect(load.minutes.reduce((sum, { answers }) => sum + answers, 0)).toBe(load.messages - load.refused);
  });

  test("the quota that is asked for most of what it has is the first", () => {
    const [first, second] = usesOf(
      { perS: 10, perMinute: 600, chatsPerS: 2 },
      { ...tiers.build, capacity },
      10,
    );
    expect(first).toMatchObject({ quota: "OpenAI's tokens", limit: 2_000_000 });
    expect(first!.share).toBeGreaterThan(1);
    expect(second!.share).toBeLessThanOrEqual(first!.share);
  });
});

test("a day has the messages that it is said to have, most of them in the evening, and its peak at eight", () => {
  const traffic = { users: 2_000, messagesEach: 5 };
  const at = (peak: Parameters<typeof drawArrivals>[0]["peak"]) =>
    drawArrivals({ ...traffic, peak }, createRandom("day")).at;
  const within = (times: Float64Array, fromMs: number, forMs: number) =>
    times.filter((ms) => ms >= fromMs && ms < fromMs + forMs).length;
  const [hour, minute] = [3_600_000, 60_000];
  const ordinary = at("ordinary");
  expect(ordinary).toHaveLength(10_000);
  expectNear(within(ordinary, 21 * hour, hour), 2 * (10_000 / 24), 0.15);
  expect(at("broadcast")).toHaveLength(12_000);
  expectNear(within(at("campaign"), peakAtMs, hour), 11 * (10_000 / 24), 0.05);
  expectNear(within(at("thousandfold"), peakAtMs, minute), 1_000 * (10_000 / 24 / 60), 0.01);
});

describe("docs/scale.md", () => {
  const page = readPage();
  const record = readRecord();

  test("was made with the settings of today: else npm run simulate -- --load --document", () => {
    expect(record.inputs).toEqual(inputsOf(bot));
  });

  test("has the tables and pictures that the command has made", () => {
    const tables = tablesOf(record);
    expect(tables.size).toBe(3);
    for (const [name, table] of tables) expect(tableIn(page, name)).toBe(table);
    for (const figure of figures) {
      expect(readPicture(figure.file)).toBe(drawDocumented(figure, record));
      expect(page).toContain(`](${figure.file})`);
    }
    expect(record.rows).toHaveLength(cases.length);
  });

  test("has for a thousand users what a run gives today", () => {
    const small = cases.filter(({ users }) => users === 1_000);
    expect(small).toHaveLength(4);
    for (const one of small) {
      const load = playCase(one, bot);
      expect(record.rows.map(({ row }) => row)).toContain(rowOf(one, load));
      for (const { file, series } of seriesIn(one, load))
        expect(record.figures.find((figure) => figure.file === file)!.series).toContainEqual(series);
    }
  });

  test("names every quota that a run compares with, and the tiers", () => {
    const said = [
      ...Object.values(quotas),
      ...Object.values(tiers).flatMap(({ requestsPerMinute, tokensPerMinute }) => [
        requestsPerMinute,
        tokensPerMinute,
      ]),
      ...Object.values(capacity.account),
    ];
    for (const value of said) expect(page).toMatch(new RegExp(`\\b${value.toLocaleString("en-US")}\\b`));
  });
});

test("an answer takes what docs/cost.md has measured", () => {
  const cost = readFileSync(join(import.meta.dirname, "../../../docs/cost.md"), "utf8");
  const [, overall = ""] = cost.split("| **overall** |");
  const ours = /\| \*\*ours\*\* \| ([\d,]+) \| [\d,]+ \| ([\d.]+) % \| \*\*([\d.]+)\*\* \|/.exec(overall)!;
  expect([answer.inputTokens.toLocaleString("en-US"), `${(answer.cachedShare * 100).toFixed(1)}`]).toEqual(
    ours.slice(1, 3),
  );
  expect(cost).toContain(`answers 15 to 243, ${answer.outputTokens} on average`);
  expect(cost).toContain(
    `| 100,000 turns | 1 (1) | 3 (3) | ${answer.readUnits} (16) | ${answer.writeUnits} (5) |`,
  );
  // A thousand answers in a lively chat, with their folds, and without what the page leaves out.
  const work = { webhooks: 0, invocations: 0, workerMs: 0, deletes: 0, renewals: 0 };
  const { model } = costOf({ ...work, answers: 1_000, cold: 0 }, bot, capacity);
  const outputs = (1_000 * answer.outputTokens * bot.model.prices.output) / 1e6;
  const notes = (1_000 * answer.foldsPerAnswer * answer.foldOutputTokens * bot.model.prices.output) / 1e6;
  expectNear(model - outputs - notes, Number(ours[3]) - notes, 0.05);
});

describe("npm run simulate -- --load", () => {
  const said: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line) => void said.push(String(line)));
  const run = (...args: string[]) => {
    said.length = 0;
    runLoadCommand(["--load", ...args]);
    return said.join("\n");
  };
  let directory: string | undefined;
  afterEach(() => {
    if (directory) rmSync(directory, { recursive: true, force: true });
  });

  test("says how long users wait, what is met first, and what it costs", () => {
    const text = run();
    expect(text).toMatch(/^1,000 users with 5 messages each/);
    expect(text).toMatch(/^waits +half [\d.]+ s, 99 of 100 \d+ min/m);
    expect(text).toMatch(/times {2}OpenAI's tokens: [\d,]+ of 2,000,000 a minute/);
    expect(text).toMatch(/^cost +\$\d+\.\d\d that day/m);
  });

  test("prints JSON, and draws", () => {
    directory = mkdtempSync(join(tmpdir(), "henji-"));
    const svg = join(directory, "load.svg");
    const printed = JSON.parse(
      run(
        "--json",
        "--users",
        "500",
        "--peak",
        "broadcast",
        "--workers",
        "2",
        "--tier",
        "grow",
        "--svg",
        svg,
      ),
    );
    expect(printed).toMatchObject({
      traffic: { users: 500, peak: "broadcast" },
      limits: { capacity: { worker: { maximumConcurrency: 2 } } },
      messages: 3_000,
    });
    expect(printed.minutes).toHaveLength(
      new Set(printed.minutes.map(({ minute }: { minute: number }) => minute)).size,
    );
    expect(readFileSync(svg, "utf8")).toMatch(/^<svg .*500 users: broadcast.*<\/svg>\n$/s);
  });

  test.each([
    [["--users", "0"], "--users: a whole number from 1 to 100,000,000, not 0"],
    [["--peak", "flood"], "--peak: one of ordinary, campaign, broadcast, thousandfold, not flood"],
    [["--tier", "five"], "--tier: one of build, launch, grow, not five"],
    [["--workers", "1"], "capacity.worker.maximumConcurrency: a whole number from 2 to 20,000"],
    [
      ["--workers", "1200"],
      "capacity.worker.maximumConcurrency: at most 1,000 with capacity.account.concurrency",
    ],
    [["--model-p99-ms", "10"], "--model-p99-ms: no less than --model-ms"],
    [["--wokers", "3"], "Unknown option '--wokers'"],
  ])("refuses %j with a sentence", (args, sentence) => {
    expect(() => run(...args)).toThrow(sentence);
  });
});
