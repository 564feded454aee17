import { defineBot } from "@henji/core/bot";
import { defineTool, fileSearch, webSearch, z } from "@henji/core/tool";
import { createMemoryModel } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { createWorld, plainBot, type World } from "./world.ts";

const look = defineTool({
  ...{ name: "look", description: "Looks.", input: z.object({}), effect: "reads" },
  run: () => "seven",
});
const searching = [webSearch(), fileSearch({ store: "vs_1" })];
const url = "https://a.example/kobe";

function worldWith(
  bot = defineBot({ ...plainBot, tools: searching }),
  text = `Sunny ([a.example](${url})).`,
): World {
  return createWorld({
    bot,
    model: {
      answer: () => text,
      calls: (_, { rounds }) => (rounds.length === 0 ? [{ name: "look", input: {} }] : []),
      hosted: () => ({
        hosted: {
          ran: [
            { tool: "web_search", outcome: "ok" },
            { tool: "file_search", outcome: "failed" },
          ],
          sources: [{ title: "Kobe today", url }, { title: "hours.md" }],
        },
        searches: { web: 1, files: 2 },
      }),
    },
  });
}

let world: World;
beforeEach(() => {
  world = worldWith();
});

const today = () => {
  const usages = world.table.turnsOf("U1").flatMap(({ usage }) => usage ?? []);
  return usages.sort((a, b) => a.answers - b.answers).at(-1);
};

test("an answer shows its sources, and they are part of the conversation", async () => {
  await world.talk("U1", "The weather?", "Thanks");
  const shown = `Sunny [1].\n\n[1] Kobe today\n${url}\n[2] hours.md`;
  expect(world.sent()).toEqual([`U1 reply: ${shown}`, `U1 reply: ${shown}`]);
  expect(world.inputs[1]?.[1]).toEqual({ role: "assistant", content: shown });
});

test("what has run is logged without a word of it, and what it cost", async () => {
  await world.talk("U1", "The weather?");
  expect(world.logged("tool.hosted")).toMatchObject([
    { eventId: "E1", tool: "web_search", outcome: "ok" },
    { tool: "file_search", outcome: "failed" },
  ]);
  const [answered] = world.logged("model.answered");
  expect(answered).toMatchObject({ webSearches: 1, fileSearches: 2, inputTokens: 20 });
  expect(answered?.costUsd).toBeCloseTo(0.01 + 2 * 0.0025 + (20 * 0.125 + 20 * 0.5) / 1e6, 9);
  expect(world.printed.join("")).not.toMatch(/Kobe today|hours\.md|a\.example/);
});

test("searches are in the day of their user, those of every round too", async () => {
  world = worldWith(defineBot({ ...plainBot, tools: [look, ...searching] }));
  await world.talk("U1", "The weather?");
  expect(world.asked).toHaveLength(2);
  expect(world.logged("tool.hosted")).toHaveLength(4);
  expect(today()).toMatchObject({ answers: 1, inputTokens: 40, searches: { web: 2, files: 4 } });
  await world.talk("U1", "And tomorrow?");
  expect(today()).toMatchObject({ answers: 2, searches: { web: 4, files: 8 } });
});

test("every request has them, in the same form, and a bot without them has none", async () => {
  const asked: unknown[] = [];
  const model = createMemoryModel({ onAsk: (_, __, { hosted }) => void asked.push(hosted) });
  for (const tools of [[look, ...searching], searching, [look]]) {
    world = worldWith(defineBot({ ...plainBot, tools }));
    world.say("U1", "Hi");
    await world.run(world.worker({ model }), 1_000);
  }
  const both = [
    {
      type: "web_search",
      search_context_size: "low",
      user_location: expect.objectContaining({ country: "JP" }),
    },
    { type: "file_search", vector_store_ids: ["vs_1"], max_num_results: 5 },
  ];
  expect(asked).toEqual([both, both, undefined]);
});

test("a day's limit of tokens counts a search as the tokens that its fee would buy", async () => {
  // 100,000 for a search of the web, and twice 25,000 for files.
  const limits = { ...plainBot.limits, dailyTokens: 300_000 };
  world = worldWith(defineBot({ ...plainBot, limits, tools: searching }));
  await world.talk("U1", "One", "Two", "Three");
  expect(world.asked).toEqual(["One", "Two"]);
  expect(world.sent().at(-1)).toBe(`U1 reply: ${ownBot.texts.en.dailyLimit}`);
});

test("suggestions and notes for the bot are taken off in front of the sources", async () => {
  const bot = defineBot({ ...plainBot, tools: searching, suggestions: { fromModel: 2 } });
  world = worldWith(bot, "Sunny.\n[?] And tomorrow?");
  await world.talk("U1", "The weather?");
  expect(world.sent()).toEqual([expect.stringMatching(/^U1 reply: Sunny\.\n\n\[1\] Kobe today/)]);
});
