import { systemClock } from "@henji/core/clock";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Local, startLocal } from "../src/start.ts";
import { createMemory } from "../src/studio-memory.ts";
import type { ChatMemory } from "../src/studio-view.ts";
import { writeBotConfig } from "./bot-config.ts";
import { useDirectory } from "./directory.ts";
import { ask, awayFromMidnight } from "./support.ts";

const directory = useDirectory("file");
let local: Local;
let memoryOf: (chatId: string) => Promise<ChatMemory>;

/** Writes a bot.config.ts with other marks. */
function configure(marks: Record<string, number>): string {
  return writeBotConfig(directory.path, (shipped) =>
    Object.entries(marks).reduce(
      (text, [mark, tokens]) => text.replace(new RegExp(`${mark}: [\\d_]+`), `${mark}: ${tokens}`),
      shipped,
    ),
  );
}

beforeAll(async () => {
  await awayFromMidnight();
  const botConfig = configure({
    highWaterTokens: 200,
    lowWaterTokens: 100,
    maxTokens: 300,
    summaryTokens: 60,
  });
  local = await startLocal({ botConfig });
  memoryOf = createMemory({ ...local, clock: systemClock });
}, 120_000);
afterAll(() => local.stop());

const newUser = () => local.line.addUser({ name: "Aki" }).userId;
/** Polls, because the turn is marked as delivered after its answer was sent, and the notes are stored even later. */
const settled = (userId: string, value: (memory: ChatMemory) => unknown) =>
  expect.poll(async () => value(await memoryOf(userId)));

test("a chat never seen has an empty memory and has cost nothing", async () => {
  expect(await memoryOf(newUser())).toEqual({
    window: {
      ...{ turns: 0, tokens: 0, leftOut: 0 },
      ...{ lowWaterTokens: 100, highWaterTokens: 200, maxTokens: 300 },
    },
    notes: { text: "", tokens: 0, maxTokens: 60 },
    today: {
      timeZone: "Asia/Tokyo",
      ...{ answers: 0, inputTokens: 0, cachedTokens: 0, outputTokens: 0 },
      ...{ replies: 0, pushes: 0, dollars: 0 },
    },
  });
});

test("an answer is in the window by its tokens, and in the day's usage by what the model took", async () => {
  local.model!.answerWith(() => "Hello!");
  const user = newUser();
  await ask(local.line, user, "Hi");
  await ask(local.line, user, "/help");
  await settled(user, ({ today }) => today.replies).toBe(2);
  const { window, today } = await memoryOf(user);
  // Two messages of 8 tokens each, "Hi" and "Hello!": a notice is no part of the conversation.
  expect(window).toMatchObject({ turns: 1, tokens: 16 + 1 + 2, leftOut: 0 });
  expect(today).toMatchObject({ answers: 1, replies: 2, pushes: 0, outputTokens: 2 });
  expect(today.inputTokens).toBeGreaterThan(50);
  // bot.config.ts: 0.125 dollars for a million tokens that are written to the cache, 0.5 for the output.
  expect(today.dollars).toBeCloseTo((today.inputTokens * 0.125 + 2 * 0.5) / 1e6, 10);
});

test("above the high mark the window shrinks to the low one, and the notes have their tokens", async () => {
  // Only the instructions for answers name Henji; the others ask for notes.
  local.model!.answerWith(({ instructions }) =>
    !instructions.includes("Henji") ? "Aki likes tea." : "a ".repeat(70).trim(),
  );
  const user = newUser();
  for (const n of [1, 2, 3]) await ask(local.line, user, `Question ${n}`);
  await settled(user, ({ notes }) => notes.text).toBe("Aki likes tea.");
  const { window, notes } = await memoryOf(user);
  expect(window.turns).toBe(1);
  expect(window.tokens).toBeLessThanOrEqual(100);
  expect(notes).toMatchObject({ tokens: 5, maxTokens: 60 });
});

test("turns that exceed the hard bound while no notes can be stored are counted as left out", async () => {
  local.model!.answerWith(({ instructions }) => {
    if (!instructions.includes("Henji")) throw new Error("no notes today");
    return "a ".repeat(70).trim();
  });
  const user = newUser();
  for (const n of [1, 2, 3, 4]) await ask(local.line, user, `Question ${n}`);
  await settled(user, ({ today }) => today.answers).toBe(4);
  const { window } = await memoryOf(user);
  expect(window).toMatchObject({ turns: 3, leftOut: 1 });
  expect(window.tokens).toBeLessThanOrEqual(300);
});

test("the marks are those of the running worker: a broken bot.config.ts does not change them", async () => {
  const user = newUser();
  configure({ highWaterTokens: 400, lowWaterTokens: 100, maxTokens: 500, summaryTokens: 70 });
  await local.reloadWorker();
  expect(await memoryOf(user)).toMatchObject({
    window: { highWaterTokens: 400, maxTokens: 500 },
    notes: { maxTokens: 70 },
  });
  configure({ highWaterTokens: 900, lowWaterTokens: 100, maxTokens: 500 });
  await expect(local.reloadWorker()).rejects.toThrow("maxTokens");
  expect((await memoryOf(user)).window.highWaterTokens).toBe(400);
});
