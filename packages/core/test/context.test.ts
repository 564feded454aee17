import { systemClock } from "@henji/core/clock";
import { buildContext, nextWindowStart, SUMMARY_HEADING, tokensOf } from "@henji/core/context/context";
import { createFold, isFoldDue } from "@henji/core/context/fold";
import { loadTokenizer, TOKENS_PER_MESSAGE, tokensAtMost } from "@henji/core/context/tokens";
import { createLog } from "@henji/core/log";
import { textContent } from "@henji/core/platform/content";
import type { PastTurn } from "@henji/core/turn/past";
import { timeOf } from "@henji/core/turn/place";
import fc from "fast-check";
import { expect, test } from "vitest";
import { seed } from "./seed.ts";
import { nothingRemembered } from "./turns.ts";

fc.configureGlobal({ seed });

import bot from "../../../bot.config.ts";

const count = await loadTokenizer();
const key = (n: number) => `${String(n).padStart(13, "0")}#e`;

function turn(n: number, question: string, answer: string): PastTurn {
  return {
    key: key(n),
    question: textContent(question),
    answer,
    tokens: { question: count(question), answer: count(answer) },
  };
}

const marks = { highWaterTokens: 400, lowWaterTokens: 150, maxTurns: 30 };
const request = {
  instructions: "Be kind.",
  summary: "",
  windowStart: "",
  asked: { question: textContent("?") },
  maxWindowTokens: 400,
};

test("the context is the instructions, the turns of the window, and the new message", () => {
  const turns = [turn(1, "q1", "a1"), turn(2, "q2", "a2")];
  const context = buildContext({
    ...request,
    turns,
    windowStart: key(2),
    asked: { question: textContent("q3") },
  });
  expect(context).toMatchObject({
    instructions: "Be kind.",
    turns: 1,
    input: [
      { role: "user", content: "q2" },
      { role: "assistant", content: "a2" },
      { role: "user", content: "q3" },
    ],
  });
});

test("until the window moves, each request starts with the previous one", () => {
  let windowStart = "";
  const turns: PastTurn[] = [];
  let before = "";
  let moves = 0;
  for (let n = 1; n <= 200; n += 1) {
    const question = `question ${n} about something`;
    const context = buildContext({
      ...request,
      turns,
      windowStart,
      asked: { question: textContent(question) },
    });
    const history = JSON.stringify(context.input.slice(0, -1)).slice(0, -1);
    const moved = !history.startsWith(before);
    if (moved) moves += 1;
    before = history;
    turns.push(turn(n, question, `answer ${n}, not very long`));
    windowStart = nextWindowStart(turns, windowStart, marks);
  }
  expect(moves).toBeGreaterThan(3);
  expect(moves).toBeLessThan(30);
});

const anyText = fc
  .oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.string({
      unit: fc.constantFrom("あ", "漢", "😀", "𠮷", "a ", "\uFEFF", "<|endoftext|>"),
      maxLength: 100,
    }),
  )
  .map((text) => text.toWellFormed());

/** The notes that a fold stores of what the model wrote. */
async function noted(written: string, summaryTokens: number): Promise<string> {
  let summary = "";
  const past = turn(1, "long ago", "so it was");
  const { key, question, answer } = past;
  const shown = { isErased: false, wasReplayed: false, hasNotice: false, question, answer, past };
  const others = { messageId: undefined, origin: key, unanswered: undefined };
  const stored = { key, sequence: "", status: "delivered" as const, ...shown, ...others };
  const fold = createFold({
    bot: { ...bot, memory: { ...bot.memory, highWaterTokens: 1, lowWaterTokens: 0, summaryTokens } },
    chats: {
      page: async () => ({ turns: [stored], next: undefined }),
      async update(_chat, _state, change) {
        summary = change.summary ?? "";
        return true;
      },
    },
    summarizer: {
      ask: async () => ({
        text: written,
        cut: false,
        refused: false,
        usage: { inputTokens: 0, cachedTokens: 0, outputTokens: 0 },
      }),
    },
    clock: systemClock,
  });
  await fold({
    chatId: "U1",
    memory: nothingRemembered,
    past,
    safetyIdentifier: "",
    deadline: systemClock.now() + 60_000,
    log: createLog({ write: () => {} }),
  });
  return summary;
}

test("no request exceeds a token bound that depends on the configuration and the message alone", async () => {
  const pastTurns = fc.array(fc.tuple(anyText, anyText, fc.boolean()), { maxLength: 30 }).map((all) =>
    all.map(([q, a, isCounted], n) => {
      const { tokens, ...uncounted } = turn(n, q, a);
      return isCounted ? { ...uncounted, tokens: tokens! } : uncounted;
    }),
  );
  const written = fc.array(anyText, { maxLength: 6 }).map((lines) => lines.join("\n"));
  const summaryTokens = fc.integer({ min: 50, max: 300 });
  const maxTokens = fc.nat(2_000);
  const heading = `${SUMMARY_HEADING}\n`;
  await fc.assert(
    fc.asyncProperty(
      ...[pastTurns, anyText, written, summaryTokens, anyText, maxTokens],
      async (turns, instructions, text, summaryTokens, message, maxWindowTokens) => {
        const summary = await noted(text, summaryTokens);
        expect(count(summary)).toBeLessThanOrEqual(summaryTokens);
        const context = buildContext({
          ...{
            instructions,
            summary,
            turns,
            windowStart: "",
            asked: { question: textContent(message) },
            maxWindowTokens,
          },
        });
        const counted =
          count(instructions) +
          context.input.reduce((sum, { content }) => sum + count(content) + TOKENS_PER_MESSAGE, 0);
        expect(counted).toBeLessThanOrEqual(context.tokensAtMost);
        const frame = 3 * TOKENS_PER_MESSAGE + maxWindowTokens;
        expect(counted).toBeLessThanOrEqual(
          tokensAtMost(instructions) + summaryTokens + tokensAtMost(message) + frame + tokensAtMost(heading),
        );
        expect(context.tokensAtMost).toBeLessThanOrEqual(
          tokensAtMost(instructions) +
            (summary === "" ? 0 : tokensAtMost(heading + summary)) +
            tokensAtMost(message) +
            frame,
        );
      },
    ),
  );
});

test("a text never has more tokens than its bytes bound", () => {
  fc.assert(fc.property(anyText, (text) => count(text) <= tokensAtMost(text)));
});

test("past the high mark, the window starts at the oldest turn that fits under the low mark", () => {
  const turns = Array.from({ length: 40 }, (_, n) => turn(n, "hello", "world"));
  const windowTokens = (start: string) =>
    turns.filter((one) => one.key >= start).reduce((sum, one) => sum + tokensOf(one), 0);
  const start = nextWindowStart(turns, "", { ...marks, maxTurns: 200 });
  expect(windowTokens(start)).toBeLessThanOrEqual(marks.lowWaterTokens);
  expect(windowTokens(turns[turns.findIndex((one) => one.key >= start) - 1]!.key)).toBeGreaterThan(
    marks.lowWaterTokens,
  );
  expect(nextWindowStart(turns, start, marks)).toBe(start);
});

test("a window of exactly the high mark is not folded", () => {
  const turns = Array.from({ length: 5 }, (_, n) => turn(n, "hello", "world"));
  const highWaterTokens = turns.reduce((sum, one) => sum + tokensOf(one), 0);
  expect(nextWindowStart(turns, "", { ...marks, highWaterTokens })).toBe("");
  const less = { ...marks, highWaterTokens: highWaterTokens - 1, lowWaterTokens: tokensOf(turns[0]!) };
  expect(nextWindowStart(turns, "", less)).toBe(timeOf(turns[4]!.key));
});

test("a window of short turns is folded at maxTurns, and keeps half of them", () => {
  const wide = { highWaterTokens: 100_000, lowWaterTokens: 100_000, maxTurns: 31 };
  const turns = Array.from({ length: 31 }, (_, n) => turn(n, "hello", "world"));
  expect(nextWindowStart(turns.slice(1), "", wide)).toBe("");
  expect(nextWindowStart(turns, "", wide)).toBe(timeOf(turns[15]!.key));
});

test("a window whose turns were not all read stays where it is if it has none", () => {
  expect(nextWindowStart([turn(1, "hello", "world")], timeOf(key(2)), marks, false)).toBe(timeOf(key(2)));
});

test("a fold is due only past the high mark, and if no other fold is running", () => {
  const past = turn(1, "hello", "world");
  const full = { memory: { ...bot.memory, highWaterTokens: 1, lowWaterTokens: 0 } };
  const isDue = (more: object, settings = full) =>
    isFoldDue({ memory: { ...nothingRemembered, ...more }, past }, settings, 1_000);
  expect(isDue({}, bot)).toBe(false);
  expect(isDue({})).toBe(true);
  expect(isDue({ version: 3, folding: { until: 1_001, version: 3 } })).toBe(false);
  expect(isDue({ version: 3, folding: { until: 1_000, version: 3 } })).toBe(true);
  expect(isDue({ version: 4, folding: { until: 1_001, version: 3 } })).toBe(true);
});

test("the newest turn stays in the window, even if it is larger than the marks", () => {
  const before = Array.from({ length: 5 }, (_, n) => turn(n, "hello", "world"));
  const huge = turn(5, "x ".repeat(1_000), "y");
  const start = nextWindowStart([...before, huge], "", marks);
  expect(start).toBe(timeOf(huge.key));
  expect(nextWindowStart([...before, huge], start, marks)).toBe(start);
  const next = turn(6, "hello", "world");
  expect(nextWindowStart([...before, huge, next], start, marks)).toBe(timeOf(next.key));
});

test("the newest turn is sent only if it fits into the bound", () => {
  const turns = [turn(1, "hello", "world"), turn(2, "x ".repeat(1_000), "y")];
  const sent = (maxWindowTokens: number) =>
    buildContext({ ...request, turns, maxWindowTokens }).input.slice(0, -1).length;
  expect(sent(tokensOf(turns[1]!))).toBe(2);
  expect(sent(tokensOf(turns[1]!) - 1)).toBe(0);
});
