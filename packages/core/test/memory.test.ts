import type { Memory } from "@henji/core/chat/chats";
import { readMemory } from "@henji/core/context/memory";
import { loadTokenizer, TOKENS_PER_MESSAGE } from "@henji/core/context/tokens";
import { userHash } from "@henji/core/log";
import { textContent } from "@henji/core/platform/content";
import type { PastTurn } from "@henji/core/turn/past";
import { expect, test } from "vitest";
import bot from "../../../bot.config.ts";
import { nothingRemembered } from "./turns.ts";

const now = Date.parse("2026-12-01T12:00:00Z");
const marks = { ...bot.memory, maxTokens: 100, maxTurns: 7 };

const turn = (at: number, tokens: number): PastTurn => ({
  key: `${String(at).padStart(13, "0")}#e`,
  question: textContent("q"),
  answer: "a",
  tokens: { question: tokens, answer: 0 },
});

async function memoryOf(memory: Partial<Memory>) {
  const asked: unknown[] = [];
  const chats = {
    async recall(...request: unknown[]) {
      asked.push(...request);
      return { ...nothingRemembered, ...memory };
    },
  };
  return { asked, ...(await readMemory("U1", { chats, bot: { ...bot, memory: marks }, now })) };
}

test("nothing is remembered of a chat that has said nothing", async () => {
  const { asked, window, notes, today } = await memoryOf({});
  // As the next message would be recalled: after all turns, with one item more, the chat's own.
  expect(asked).toEqual([{ chatId: "U1", key: "~", sequence: "" }, 8, now]);
  expect(window).toEqual({
    ...{ turns: 0, tokens: 0, leftOut: 0, maxTokens: 100 },
    ...{ lowWaterTokens: marks.lowWaterTokens, highWaterTokens: marks.highWaterTokens },
  });
  expect(notes).toEqual({ text: "", tokens: 0, maxTokens: marks.summaryTokens });
  expect(today).toMatchObject({ timeZone: "Asia/Tokyo", answers: 0, dollars: 0 });
});

test("the window is what the next message is sent with; what exceeds its bound is counted as left out", async () => {
  const turns = [turn(1, 10), turn(2, 90), turn(3, 20), turn(4, 30)];
  const windowStart = turns[1]!.key.slice(0, 13);
  const { window } = await memoryOf({ turns, windowStart });
  expect(window).toMatchObject({ turns: 2, tokens: 20 + 30 + 4 * TOKENS_PER_MESSAGE, leftOut: 1 });
});

test("the notes are counted in tokens, and today's total is the user's of today", async () => {
  const summary = "The user drinks tea.";
  const usage = {
    day: "2026-12-01",
    user: userHash("U1"),
    inputTokens: 1_000_000,
    cachedTokens: 0,
    outputTokens: 0,
  };
  const counts = { answers: 3, replies: 2, pushes: 1, refused: false, foldVersion: 0 };
  const yesterday = { ...usage, ...counts, day: "2026-11-30", answers: 50, replies: 50 };
  const other = { ...usage, ...counts, user: userHash("U2"), answers: 60, replies: 60 };
  const { notes, today } = await memoryOf({ summary, usages: [yesterday, other, { ...usage, ...counts }] });
  expect(notes).toMatchObject({ text: summary, tokens: (await loadTokenizer())(summary) });
  expect(today).toEqual({
    ...{ answers: 3, replies: 2, pushes: 1, inputTokens: 1_000_000, cachedTokens: 0, outputTokens: 0 },
    ...{ timeZone: "Asia/Tokyo", dollars: bot.model.prices.cacheWrite },
  });
});
