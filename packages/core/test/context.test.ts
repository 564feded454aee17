import { buildContext, nextWindowStart, tokensOf } from "@henji/core/context/context";
import { loadTokenizer, TOKENS_PER_MESSAGE, tokensAtMost } from "@henji/core/context/tokens";
import type { PastTurn } from "@henji/core/turn/turn";
import fc from "fast-check";
import { expect, test } from "vitest";

const count = await loadTokenizer();
const key = (n: number) => `${String(n).padStart(13, "0")}#e`;

function turn(n: number, question: string, answer: string): PastTurn {
  return { key: key(n), question, answer, tokens: { question: count(question), answer: count(answer) } };
}

const marks = { highWaterTokens: 400, lowWaterTokens: 150, maxTurns: 30 };
const request = {
  instructions: "Be kind.",
  summary: "",
  windowStart: "",
  message: "?",
  maxWindowTokens: 400,
};

test("the context is instructions, then the turns of the window, then the new message", () => {
  const turns = [turn(1, "q1", "a1"), turn(2, "q2", "a2")];
  const context = buildContext({ ...request, turns, windowStart: key(2), message: "q3" });
  expect(context).toMatchObject({
    instructions: "Be kind.",
    firstTurn: key(2),
    input: [
      { role: "user", content: "q2" },
      { role: "assistant", content: "a2" },
      { role: "user", content: "q3" },
    ],
  });
});

test("between two moves of the window each request begins with the one before", () => {
  let windowStart = "";
  const turns: PastTurn[] = [];
  let before = "";
  let moves = 0;
  for (let n = 1; n <= 200; n += 1) {
    const question = `question ${n} about something`;
    const context = buildContext({ ...request, turns, windowStart, message: question });
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

test("no request passes its bound, counted by the tokenizer itself", () => {
  const turns = fc
    .array(fc.tuple(anyText, anyText), { maxLength: 12 })
    .map((pairs) => pairs.map(([q, a], n) => turn(n, q, a)));
  fc.assert(
    fc.property(
      turns,
      anyText,
      anyText,
      anyText,
      fc.nat(600),
      (past, instructions, summary, message, maxWindowTokens) => {
        const context = buildContext({
          instructions,
          summary,
          turns: past,
          windowStart: "",
          message,
          maxWindowTokens,
        });
        const counted =
          count(instructions) +
          context.input.reduce((sum, { content }) => sum + count(content) + TOKENS_PER_MESSAGE, 0);
        expect(counted).toBeLessThanOrEqual(context.tokensAtMost);
        expect(context.tokensAtMost).toBeLessThanOrEqual(
          tokensAtMost(instructions) + tokensAtMost(summary) + tokensAtMost(message) + 100 + maxWindowTokens,
        );
      },
    ),
  );
});

test("bytes bound tokens for any text", () => {
  fc.assert(fc.property(anyText, (text) => count(text) <= tokensAtMost(text)));
});

test("past the high mark the window starts at the oldest turn that fits under the low mark", () => {
  const turns = Array.from({ length: 40 }, (_, n) => turn(n, "hello", "world"));
  const windowTokens = (start: string) =>
    turns.filter((one) => one.key >= start).reduce((sum, one) => sum + tokensOf(one), 0);
  const start = nextWindowStart(turns, "", { ...marks, maxTurns: 200 });
  expect(windowTokens(start)).toBeLessThanOrEqual(marks.lowWaterTokens);
  expect(windowTokens(turns[turns.findIndex((one) => one.key === start) - 1]!.key)).toBeGreaterThan(
    marks.lowWaterTokens,
  );
  expect(nextWindowStart(turns, start, marks)).toBe(start);
});

test("a turn larger than the low mark leaves an empty window, not an endless one", () => {
  const huge = turn(1, "x ".repeat(1_000), "y");
  const start = nextWindowStart([huge], "", marks);
  expect(start > huge.key).toBe(true);
  expect(start < key(2)).toBe(true);
});
