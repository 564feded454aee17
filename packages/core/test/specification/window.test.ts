import { defineBot } from "@henji/core/bot";
import { chatHash } from "@henji/core/log";
import { worker } from "@henji/core/settings";
import { beforeEach, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { createWorld, plainBot, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld();
});

const small = { ...ownBot.memory, highWaterTokens: 120, lowWaterTokens: 40, maxTokens: 200 };
const questions = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => `question no. ${from + n}`);

test("a full window is folded after the answer was sent; if that fails, it is tried again", async () => {
  const folds: string[] = [];
  world = createWorld({
    bot: defineBot({ ...plainBot, memory: small }),
    summarizer: {
      behave: () => (folds.length === 1 ? "unavailable" : "answer"),
      answer: () => "notes",
      onAsk: () => void folds.push(`after ${world.sent().length} answers`),
    },
  });
  await world.talk("U1", ...questions(0, 7));
  expect(folds).toEqual(["after 5 answers"]);
  const chat = chatHash("U1");
  expect(world.logged("window.not_folded")).toMatchObject([
    { eventId: "E5", chat, code: "model.unavailable" },
  ]);
  await world.scheduler.run(world.scheduler.now() + worker.timeoutS * 1000, () => false);
  await world.talk("U1", ...questions(7, 9));
  expect(folds).toEqual(["after 5 answers", "after 8 answers"]);
  const took = { inputTokens: 20, cachedTokens: 0, outputTokens: 20, ms: 0 };
  expect(world.logged("window.folded")).toMatchObject([
    { eventId: "E8", chat, turns: 6, kept: true, ...took },
  ]);
  expect(world.table.textOf("U1")).toContain('"summary":"notes"');
  expect(world.contexts.at(-1)).toMatch(/^\[\{"role":"user","content":"Notes on our conversation so far/);
});

/** Fills the window with the fifth answer, with other events in the same batch; returns the number of folds. */
async function foldsWith(also: (world: World) => void): Promise<number> {
  let folds = 0;
  world = createWorld({
    bot: defineBot({ ...plainBot, memory: small }),
    summarizer: { answer: () => "notes", onAsk: () => void folds++ },
  });
  await world.talk("U1", ...questions(0, 4));
  world.say("U1", "question no. 4");
  also(world);
  await world.settle();
  return folds;
}

test("a full window is folded once, whatever else is in the batch", async () => {
  expect(await foldsWith(() => {})).toBe(1);
  expect(await foldsWith(({ say }) => void say("U1", "/help"))).toBe(1);
});

test("a window is not folded if an erasure is in the same batch", async () => {
  expect(await foldsWith(({ unfollow }) => void unfollow("U1"))).toBe(0);
  expect(await foldsWith(({ unsend }) => void unsend("U1", "3"))).toBe(0);
});

test("a pasted text is still verbatim for its follow-up question, at every phase of the window", async () => {
  const smallTalk = "昨日は友人と京都へ行って、清水寺と伏見稲荷を回りました。".repeat(4);
  const pasted = `${"第一条、甲は乙に対し、商品を納入する。".repeat(150).slice(0, 2_800)}秘密番号4711`;
  for (let phase = 0; phase < 20; phase += 1) {
    world = createWorld({ summarizer: { answer: () => "notes" } });
    const before = Array.from({ length: 38 + phase }, (_, n) => `${n} ${smallTalk}`);
    await world.talk("U1", ...before, pasted, "その秘密番号は？");
    expect([phase, world.contexts.at(-1)]).toEqual([phase, expect.stringContaining(pasted)]);
  }
});

test("two messages of one millisecond are kept in the order in which they came", async () => {
  await world.talk("U1", ...questions(0, 8));
  const at = world.scheduler.now();
  // Their events are E9 and E10, and E10 sorts first.
  world.say("U1", "My name is Aki", at);
  world.say("U1", "What is my name?", at);
  await world.settle();
  expect(world.contexts.at(-1)).toMatch(/"My name is Aki"\},\{[^}]*\},\{[^}]*"What is my name\?"\}\]$/);
  await world.talk("U1", "Thanks", "/export");
  expect(world.contexts.at(-1)).toMatch(/My name is Aki.*What is my name\?.*Thanks/);
  expect(world.newest()).toMatch(/My name is Aki.*What is my name\?.*Thanks/s);
});

test("a message that comes while the window is folded is answered at once, and does not fold it again", async () => {
  let folds = 0;
  world = createWorld({
    bot: defineBot({ ...plainBot, memory: small }),
    summarizer: { behave: () => "hang", onAsk: () => void folds++ },
  });
  await world.talk("U1", ...questions(0, 6));
  expect(folds).toBe(1);
  world.say("U1", "Are you there?");
  expect(await world.run(world.worker(), 1_000)).toEqual([]);
  expect(world.newest()).toBe("U1 reply: You said: Are you there?");
  expect(folds).toBe(1);
});

test("turns on which the model refuses to take notes leave the window, and the notes stay unchanged", async () => {
  let folds = 0;
  world = createWorld({
    bot: defineBot({ ...plainBot, memory: small }),
    summarizer: {
      behave: () => (folds > 1 ? "refusal" : "answer"),
      answer: () => "notes",
      onAsk: () => void folds++,
    },
  });
  await world.talk("U1", ...questions(0, 16));
  expect(folds).toBeGreaterThan(1);
  expect(folds).toBeLessThan(6);
  expect(world.table.textOf("U1")).toContain('"summary":"notes"');
});

test("commands between questions do not cause more folds", async () => {
  let folds = 0;
  world = createWorld({ summarizer: { answer: () => "notes", onAsk: () => void folds++ } });
  for (let n = 0; n < 200; n += 1) await world.talk("U1", `question no. ${n}`, "/help");
  expect(folds).toBeGreaterThan(2);
  expect(folds).toBeLessThan(16);
});

test("turns that are not part of the conversation do not prevent folds", async () => {
  const noted: string[] = [];
  world = createWorld({
    summarizer: { answer: () => "notes", onAsk: (content) => void noted.push(content) },
  });
  for (let n = 0; n < 130; n += 1) {
    await world.talk("U1", `fact no. ${n};`);
    if (n % 10 === 0) await world.talk("U1", "/help");
  }
  const known = [...noted, world.contexts.at(-1)].join("\n");
  for (let n = 0; n < 130; n += 1) expect(known).toContain(`fact no. ${n};`);
});

test("notes that are too long are taken once more, with a lower limit, instead of being cut", async () => {
  const lengths: number[] = [];
  world = createWorld({
    bot: defineBot({ ...plainBot, memory: { ...small, summaryTokens: 60 } }),
    summarizer: {
      answer: () => (lengths.length > 1 ? "short notes" : "long ".repeat(80)),
      onAsk: (_content, { instructions }) =>
        void lengths.push(Number(/at most (\d+) tokens/.exec(instructions)?.[1])),
    },
  });
  await world.talk("U1", ...questions(0, 6));
  expect(lengths).toEqual([60, 30]);
  expect(world.table.textOf("U1")).toContain('"summary":"short notes"');
});
