import { type Context, tokensOf } from "@henji/core/context/context";
import { createFold, isFoldDue } from "@henji/core/context/fold";
import { loadTokenizer } from "@henji/core/context/tokens";
import { BotError } from "@henji/core/error";
import { chatHash, createLog } from "@henji/core/log";
import type { AskOptions, ModelAnswer } from "@henji/core/model/model";
import { textContent } from "@henji/core/platform/content";
import { deadlines } from "@henji/core/settings";
import { expiryOf } from "@henji/core/table";
import type { PastTurn } from "@henji/core/turn/past";
import { beforeEach, expect, test } from "vitest";
import bot from "../../../bot.config.ts";
import { nothingRemembered } from "./turns.ts";

const now = 1_800_000_000_000;
const count = await loadTokenizer();

const turn = (n: number, more: Partial<PastTurn> = {}): PastTurn => ({
  key: `${now + n}#E${n}`,
  question: textContent(`question ${n}`),
  answer: `answer ${n}`,
  ...more,
});
const at = (n: number) => String(now + n);

/** What the summarizer was asked, and with which options. */
let asked: { content: string; context: Context; options: AskOptions }[];
let pages: string[][];
let changes: unknown[];
let lines: { name: string; costUsd?: number }[];
beforeEach(() => {
  asked = [];
  pages = [];
  changes = [];
  lines = [];
});

type Given = {
  /** In the chat's history before the end of the window; the next page starts at `next`. */
  stored?: PastTurn[];
  next?: string;
  /** In memory, the newest last. */
  turns?: PastTurn[];
  past?: PastTurn;
  answer?: () => Partial<ModelAnswer>;
  timeMs?: number;
  marks?: Partial<typeof bot.memory>;
  folding?: { until: number; version: number };
};

/** Folds a window that is full after every turn and keeps only the newest. */
async function fold(given: Given): Promise<void> {
  const { stored = [], next, turns = [], past = turn(9), answer = () => ({}), timeMs = 60_000 } = given;
  const marks = { highWaterTokens: 1, lowWaterTokens: 0, summaryTokens: 50, ...given.marks };
  const folding = { ...bot, memory: { ...bot.memory, ...marks } };
  const run = createFold({
    bot: folding,
    chats: {
      async page(_chatId, from, to) {
        pages.push([from, to]);
        const shown = {
          sequence: "",
          status: "delivered",
          isErased: false,
          wasReplayed: false,
          hasNotice: false,
        } as const;
        const others = { messageId: undefined, unanswered: undefined };
        return {
          turns: stored.map((one) => ({
            ...one,
            ...shown,
            ...others,
            origin: one.origin ?? one.key,
            past: one,
          })),
          next,
        };
      },
      async update(_chatId, _state, change) {
        changes.push(change);
        return true;
      },
    },
    summarizer: {
      async ask(context, options) {
        asked.push({ content: context.input[0]!.content, context, options });
        const usage = { inputTokens: 100, cachedTokens: 10, outputTokens: 20 };
        return { text: " notes\n", cut: false, refused: false, usage, ...answer() };
      },
    },
    clock: { now: () => now, timeout: (ms) => Object.assign(new AbortController().signal, { ms }) },
  });
  const log = createLog({ write: (entry) => void lines.push(JSON.parse(entry)) }).with({
    chat: chatHash("U1"),
  });
  const memory = {
    ...nothingRemembered,
    ...{ turns, summary: "old notes", version: 3, folding: given.folding },
  };
  if (!isFoldDue({ memory, past }, folding, now)) return;
  await run({ chatId: "U1", memory, past, safetyIdentifier: "user hash", deadline: now + timeMs, log });
}

const expiresAt = expiryOf(now, bot.memory.retentionDays);

test("turns that leave the window are noted, and the window starts after them", async () => {
  await fold({ stored: [turn(1), turn(2)] });
  expect(pages).toEqual([["", at(9)]]);
  const { context, options } = asked[0]!;
  const content =
    'Notes so far:\n"old notes"\n\nNew messages:\n{"user":"question 1"}\n{"assistant":"answer 1"}\n' +
    '{"user":"question 2"}\n{"assistant":"answer 2"}';
  expect(context.input).toEqual([{ role: "user", content }]);
  expect(context.tokensAtMost).toBe(Buffer.byteLength(context.instructions) + Buffer.byteLength(content));
  // A cache key of its own, so that notes and answers do not displace each other in the model's cache.
  expect(options).toMatchObject({ cacheKey: `${chatHash("U1")}/notes`, safetyIdentifier: "user hash" });
  const used = { inputTokens: 100, cachedTokens: 10, outputTokens: 20 };
  expect(changes).toEqual([{ windowStart: at(9), expiresAt, summary: "notes", used }]);
});

test("the log has what the notes took and cost; nothing, if none were taken", async () => {
  await fold({ stored: [turn(1)] });
  await fold({ stored: [] });
  const { input, cachedInput, cacheWrite, output } = bot.model.prices;
  const costUsd = (90 * Math.max(input, cacheWrite) + 10 * cachedInput + 20 * output) / 1_000_000;
  expect(lines).toMatchObject([{ name: "window.folded", inputTokens: 100 }, { name: "window.folded" }]);
  expect(lines[0]?.costUsd).toBeCloseTo(costUsd, 12);
  expect(lines[1]).not.toHaveProperty("costUsd");
});

test("a repeated question is noted only with its last answer", async () => {
  const repeated = { question: textContent("question 1"), repeats: turn(1).key };
  await fold({ stored: [turn(1), turn(2)], turns: [turn(8, repeated)] });
  await fold({ stored: [turn(1), turn(2)], past: turn(9, repeated) });
  for (const { content } of asked) {
    expect(content).not.toContain("answer 1");
    expect(content).toContain("answer 2");
  }
  expect(asked).toHaveLength(2);
});

test("if an answer was erased, only its question is noted", async () => {
  await fold({ stored: [turn(1, { answer: "" })] });
  expect(asked[0]!.content).toMatch(/New messages:\n\{"user":"question 1"\}$/);
});

test("turns without a conversation leave the window without a model call", async () => {
  await fold({ stored: [], next: `${now + 5}#E5~` });
  expect(asked).toEqual([]);
  expect(changes).toEqual([{ windowStart: `${now + 5}#E5~`, expiresAt }]);
});

test("a fold notes as many turns as fit into one call; the window starts at the first of the others", async () => {
  const stored = [turn(1), turn(2), turn(3)];
  const two = tokensOf(stored[0]!) + tokensOf(stored[1]!);
  await fold({ stored, marks: { maxTokens: two } });
  await fold({ stored, marks: { maxTokens: two - 1 } });
  expect(changes).toMatchObject([{ windowStart: at(3) }, { windowStart: at(2) }]);
  expect(asked.map(({ content }) => content.match(/"user"/g)?.length)).toEqual([2, 1]);
});

test("at least one turn is noted, and turns of one millisecond leave together", async () => {
  const stored = [turn(1), turn(1, { key: `${at(1)}#E2` }), turn(3)];
  await fold({ stored, marks: { maxTokens: 1 } });
  expect(changes).toMatchObject([{ windowStart: at(3) }]);
});

test("notes of exactly the maximum length are kept unchanged, and not taken twice", async () => {
  const text = "word ".repeat(50).trim();
  expect(count(text)).toBe(50);
  await fold({ stored: [turn(1)], answer: () => ({ text: ` ${text}\n\n` }) });
  expect(asked).toHaveLength(1);
  expect(changes).toMatchObject([{ summary: text }]);
});

test.each<[string, Partial<ModelAnswer>]>([
  ["too long", { text: "word ".repeat(51) }],
  ["cut", { text: "word", cut: true }],
])("notes that are %s are taken once more, and both calls are counted", async (_why, first) => {
  await fold({ stored: [turn(1)], answer: () => (asked.length === 1 ? first : { text: "short" }) });
  const used = { inputTokens: 200, cachedTokens: 20, outputTokens: 40 };
  expect(changes).toMatchObject([{ summary: "short", used }]);
});

test("if notes that are too long cannot be taken again, their first whole lines are kept", async () => {
  const answer = () => {
    if (asked.length > 1) throw new BotError("model.timeout", "", { retry: "later" });
    return { text: `${"word ".repeat(40)}\n${"more ".repeat(20)}` };
  };
  await fold({ stored: [turn(1)], answer });
  const used = { inputTokens: 100, cachedTokens: 10, outputTokens: 20 };
  expect(changes).toMatchObject([{ summary: "word ".repeat(40).trim(), used }]);
});

test("a line that is longer than the notes may be is cut", async () => {
  const answer = () => ({ text: `1\n${"word ".repeat(80)}`, cut: asked.length > 1 });
  await fold({ stored: [turn(1)], answer });
  const [{ summary }] = changes as [{ summary: string }];
  expect(count(summary)).toBeLessThanOrEqual(50);
  expect(count(summary)).toBeGreaterThan(40);
});

test.each(["model.refused", "model.rejected", "model.context_too_long", "model.no_room"])(
  "if the model refuses to take notes (%s), the window moves on without them, and the old notes stay",
  async (code) => {
    const answer = () => {
      throw new BotError(code, "", { retry: "never" });
    };
    await fold({ stored: [turn(1)], answer });
    expect(changes).toEqual([{ windowStart: at(9), expiresAt }]);
    expect(lines).toMatchObject([{ name: "window.notes_refused", chat: chatHash("U1"), code }, {}]);
  },
);

test("a refusal is not stored as notes", async () => {
  await fold({ stored: [turn(1)], answer: () => ({ text: "", refused: true }) });
  expect(changes).toEqual([{ windowStart: at(9), expiresAt }]);
});

test("a fold that fails for another reason changes nothing", async () => {
  const answer = () => {
    throw new BotError("model.unavailable", "", { retry: "later" });
  };
  await fold({ stored: [turn(1)], answer });
  expect(changes).toEqual([]);
  expect(lines).toMatchObject([{ name: "window.not_folded", code: "model.unavailable" }]);
});

test("a call is started only with time for it and for the write after it, and never takes longer", async () => {
  const least = deadlines.notesAtLeastMs + deadlines.tableMs;
  await fold({ stored: [turn(1)], timeMs: least - 1 });
  expect(asked).toEqual([]);
  expect(lines).toMatchObject([{ name: "window.not_folded", code: "fold.no_time" }]);
  await fold({ stored: [turn(1)], timeMs: least });
  await fold({ stored: [turn(1)], timeMs: 10 * deadlines.notesMs });
  expect(asked.map(({ options }) => options.signal)).toMatchObject([
    { ms: deadlines.notesAtLeastMs },
    { ms: deadlines.notesMs },
  ]);
});

test("a window that is being folded is not folded again, unless its notes have changed or that fold's time is over", async () => {
  const given = { stored: [turn(1)] };
  await fold({ ...given, folding: { version: 3, until: now + 1 } });
  expect(asked).toEqual([]);
  await fold({ ...given, folding: { version: 2, until: now + 1 } });
  await fold({ ...given, folding: { version: 3, until: now } });
  expect(asked).toHaveLength(2);
});
