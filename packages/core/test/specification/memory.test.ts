import { defineBot } from "@henji/core/bot";
import type { Chats } from "@henji/core/chat/chats";
import { BotError } from "@henji/core/error";
import { chatHash } from "@henji/core/log";
import { createMemoryModel } from "@henji/simulation";
import { beforeEach, describe, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { createWorld, start, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld();
});

const { en, ja } = ownBot.texts;

/** The user writes, and is answered, one after another. */
async function talk(userId: string, ...texts: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const text of texts) {
    ids.push(world.say(userId, text));
    await world.settle();
  }
  return ids;
}

const newest = () => world.sent().at(-1);

/** The log's lines of this name. */
const printed = (name: string) =>
  world.printed.map((entry) => JSON.parse(entry)).filter((entry) => entry.name === name);

describe("commands", () => {
  test("help lists the commands in the user's language, and asks no model", async () => {
    await talk("U1", "ヘルプ");
    expect(newest()).toContain(`U1 reply: ${ja.help}\n\n何を覚えてる？\n　${ja.about.memory}`);
    await talk("U1", "Ｈｅｌｐ！");
    expect(newest()).toContain(en.help);
    expect(world.asked).toEqual([]);
  });

  test("a command such as /help says nothing of the language: that of the last question counts", async () => {
    await talk("U1", "こんにちは", "/help");
    expect(newest()).toContain(ja.help);
  });

  test("a command within a sentence is a question", async () => {
    await talk("U1", "Can you help me?");
    expect(world.asked).toEqual(["Can you help me?"]);
  });

  test("a command without words is switched off", async () => {
    world = createWorld({ bot: { ...ownBot, commands: { ...ownBot.commands, help: [] } } });
    await talk("U1", "/help", "/memory");
    expect(world.asked).toEqual(["/help"]);
    expect(newest()).toBe(`U1 reply: ${en.nothingRemembered} [export my data] [forget everything]`);
  });

  test("what the bot says by itself is no part of the conversation", async () => {
    await talk("U1", "Hello", "/help", "Are you there?");
    expect(world.contexts.at(-1)).not.toContain("/help");
  });

  test("everything is forgotten only when the user confirms it", async () => {
    await talk("U1", "My PIN is 4711", "yes, forget it all");
    expect(newest()).toBe(`U1 reply: ${en.forget} [yes, forget it all]`);
    await talk("U1", "Wait");
    expect(world.table.textOf("U1")).toContain("4711");
    await talk("U1", "forget everything", "yes, forget it all");
    expect(newest()).toBe(`U1 reply: ${en.forgotten}`);
    expect(world.table.textOf("U1")).not.toContain("4711");
    await talk("U1", "What was it?");
    expect(world.contexts.at(-1)).toBe('[{"role":"user","content":"What was it?"}]');
  });

  test("an export shows everything, page by page", async () => {
    world = createWorld({ summarizer: { answer: () => "Aki likes x" } });
    const long = Array.from({ length: 30 }, (_, n) => `no. ${n}: ${"x".repeat(900)}`);
    await talk("U1", ...long, "データを見せて");
    expect(newest()).toMatch(/^U1 reply: 保存されている.* \[データを見せて \d{13}\]$/s);
    const exported: string[] = [];
    for (let page = 0; page < 10; page += 1) {
      const { messages } = world.line.sent.at(-1)!;
      exported.push(...messages.map(({ text }) => text));
      const [next] = messages.at(-1)!.quickReply?.items ?? [];
      if (!next) break;
      expect(next.action.label).toBe("データを見せて →");
      await talk("U1", next.action.text);
    }
    expect(exported.join("\n")).toContain("Aki likes x");
    for (const text of long) expect(exported.join("\n").split(`> ${text}`)).toHaveLength(2);
    // What was exported is not stored a second time.
    expect(world.table.textOf("U1").split(long[0]!)).toHaveLength(3);
  });

  test("an export with nothing in it says so, also behind an old button", async () => {
    await talk("U1", "/export", "/export 1800000000000");
    expect(world.sent()).toEqual([`U1 reply: ${en.nothingStored}`, `U1 reply: ${en.nothingStored}`]);
  });

  test("an export shows what was given up on, too", async () => {
    const model = createMemoryModel({ behave: () => "rejected" });
    world.say("U1", "My PIN is 4711");
    await world.run(world.worker({ model }), 1_000);
    await talk("U1", "/export");
    expect(newest()).toContain("> My PIN is 4711");
  });

  test("an exchange that fills more than a page is cut and says so; the notes come behind it", async () => {
    world = createWorld({
      bot: defineBot({ ...ownBot, memory: { ...ownBot.memory, highWaterTokens: 2_500, maxTokens: 20_000 } }),
      summarizer: { answer: () => "Aki likes x" },
    });
    await talk("U1", "x\n".repeat(2_400), "one", "two", "/export");
    let pages = 1;
    for (let next = world.line.sent.at(-1)!.messages.at(-1)!.quickReply; next && pages < 9; pages += 1) {
      await talk("U1", next.items[0]!.action.text);
      next = world.line.sent.at(-1)!.messages.at(-1)!.quickReply;
    }
    const exported = world.line.sent
      .slice(-pages)
      .flatMap(({ messages }) => messages.map(({ text }) => text));
    for (const text of ["> one", "> two", "Aki likes x"]) expect(exported.join("\n")).toContain(text);
  });

  test("/retry asks the last question once more, and its answer takes the place of the other", async () => {
    await talk("U1", "Tell me a joke", "/retry");
    expect(world.asked).toEqual(["Tell me a joke", "Tell me a joke"]);
    expect(world.contexts.at(-1)).toBe('[{"role":"user","content":"Tell me a joke"}]');
    await talk("U1", "/retry", "Thanks");
    expect(world.contexts.at(-1)?.match(/Tell me a joke/g)).toHaveLength(2);
  });

  test("/retry without anything to retry says so", async () => {
    await talk("U1", "もう一度答えて");
    expect(newest()).toBe(`U1 reply: ${ja.nothingToRetry}`);
  });
});

describe("limits", () => {
  const limited = (limits: Partial<typeof ownBot.limits>) =>
    createWorld({ bot: defineBot({ ...ownBot, limits: { ...ownBot.limits, ...limits } }) });

  test("past the day's messages a user is told so once, and of the rest nothing is kept", async () => {
    world = limited({ dailyMessages: 2 });
    await talk("U1", "one", "two", "SECRET three", "SECRET four");
    expect(world.asked).toEqual(["one", "two"]);
    expect(world.sent()).toHaveLength(3);
    expect(newest()).toBe(`U1 reply: ${en.dailyLimit}`);
    expect(world.table.textOf("U1")).not.toContain("SECRET");
  });

  test("what was unsent while it waited does not hide what the day has used", async () => {
    world = createWorld({
      bot: defineBot({
        ...ownBot,
        limits: { ...ownBot.limits, dailyMessages: 2 },
        memory: { ...ownBot.memory, maxTurns: 4 },
      }),
    });
    await talk("U1", "one", "two");
    for (let n = 0; n < 30; n += 1) {
      world.unsend("U1", world.say("U1", "three"));
      await world.settle();
    }
    await talk("U1", "four");
    expect(world.asked).toEqual(["one", "two"]);
  });

  test("commands have a limit too, but for being forgotten", async () => {
    world = limited({ dailyMessages: 2 });
    await talk("U1", ...Array.from({ length: 10 }, () => "/help"));
    expect(world.sent()).toHaveLength(5);
    await talk("U1", "/forget", "yes, forget it all");
    expect(newest()).toBe(`U1 reply: ${en.forgotten}`);
  });
});

describe("what is taken away", () => {
  test("an answer that waits for its next attempt is not sent once its message is unsent", async () => {
    const id = world.say("U1", "My PIN is 4711");
    const refusing = {
      ...world.line.line,
      push: () => Promise.reject(new BotError("line.rate_limited", "LINE answered 429", { retry: "later" })),
      reply: () => Promise.reject(new BotError("line.rate_limited", "LINE answered 429", { retry: "later" })),
    };
    await world.run(world.worker({ line: refusing }), 1_000);
    world.unsend("U1", id);
    await world.settle();
    expect(world.sent()).toEqual([]);
    expect(world.table.textOf("U1")).not.toContain("4711");
  });

  test("an unsent message and its answers are erased, and its redelivery is not answered", async () => {
    const [id = ""] = await talk("U1", "My PIN is 4711", "/retry", "Thanks");
    world.unsend("U1", id);
    await world.settle();
    expect(world.table.textOf("U1")).not.toContain("4711");
    expect(world.table.textOf("U1")).toContain("Thanks");
    await talk("U1", "What did I say?");
    expect(world.contexts.at(-1)).not.toContain("4711");
  });

  test("an unsent message is gone from later answers that repeat it; their questions stay", async () => {
    const model = createMemoryModel({
      answer: (question) =>
        question.startsWith("Which") ? "You said: My PIN is 4711." : `About ${question}`,
      onAsk: (_question, { input }) => void world.contexts.push(JSON.stringify(input)),
    });
    const tell = async (text: string) => {
      const id = world.say("U1", text);
      await world.run(world.worker({ model }), 1_000);
      return id;
    };
    await tell("Good morning");
    const id = await tell("My PIN is 4711");
    for (const text of ["Which PIN did I say?", "Thanks"]) await tell(text);
    world.unsend("U1", id);
    await world.settle();
    expect(world.table.textOf("U1")).not.toContain("4711");
    expect(printed("message.erased")).toMatchObject([{ chat: chatHash("U1"), turns: 1, answers: 1 }]);
    await tell("And now?");
    expect(world.contexts.at(-1)).toBe(
      '[{"role":"user","content":"Good morning"},{"role":"assistant","content":"About Good morning"},' +
        '{"role":"user","content":"Which PIN did I say?"},{"role":"user","content":"Thanks"},' +
        '{"role":"assistant","content":"About Thanks"},{"role":"user","content":"And now?"}]',
    );
    await talk("U1", "/export");
    expect(newest()).toMatch(/> Which PIN did I say\?\n\n.*> Thanks\nAbout Thanks/s);
  });

  test("an unsent message that was given up on is erased with the answer that it got when asked again", async () => {
    const model = createMemoryModel({ behave: () => "rejected" });
    const id = world.say("U1", "My PIN is 4711");
    await world.run(world.worker({ model }), 1_000);
    await talk("U1", "/retry");
    expect(newest()).toBe("U1 reply: You said: My PIN is 4711");
    world.unsend("U1", id);
    await world.settle();
    expect(world.table.textOf("U1")).not.toContain("4711");
  });

  test("of a question that the model declined nothing is left to ask again once it is unsent", async () => {
    const model = createMemoryModel({ behave: () => "refusal" });
    const id = world.say("U1", "My PIN is 4711");
    await world.run(world.worker({ model }), 1_000);
    world.unsend("U1", id);
    await world.settle();
    await talk("U1", "/retry");
    expect(newest()).toBe(`U1 reply: ${en.nothingToRetry}`);
  });

  test("an answer given before the unsent message stays, whatever it says", async () => {
    const model = createMemoryModel({ answer: () => "There is a PIN such as 4711" });
    world.say("U1", "Name a PIN");
    await world.run(world.worker({ model }), 1_000);
    const [id = ""] = await talk("U1", "My PIN is 4711");
    world.unsend("U1", id);
    await world.settle();
    await talk("U1", "Thanks");
    expect(world.contexts.at(-1)).toContain("There is a PIN such as 4711");
    expect(world.contexts.at(-1)).not.toContain("My PIN");
  });

  test("an answer that repeats an unsent message and waits among the dead letters is not sent", async () => {
    const [id = ""] = await talk("U1", "My PIN is 4711");
    const { line } = world.line;
    const refuse = () =>
      Promise.reject(new BotError("line.rejected", "LINE answered 400", { retry: "never" }));
    const model = createMemoryModel({ answer: () => "It is 4711" });
    world.say("U1", "Which PIN did I say?");
    await world.run(world.worker({ model, line: { ...line, reply: refuse, push: refuse } }), 1_000);
    expect(world.lines).toContain("job.parked");
    world.unsend("U1", id);
    await world.settle();
    expect(world.table.textOf("U1")).not.toContain("4711");
  });

  test("a message that is unsent while it waits is not answered", async () => {
    const id = world.say("U1", "My PIN is 4711");
    world.unsend("U1", id);
    await world.settle();
    expect([world.asked, world.sent()]).toEqual([[], []]);
    expect(world.table.textOf("U1")).not.toContain("4711");
  });

  test("a message that arrives behind its unsend is not answered", async () => {
    await talk("U1", "Hello");
    world.unsend("U1", "3");
    await world.settle();
    world.say("U1", "My PIN is 4711");
    await world.settle();
    expect([world.asked, world.sent()]).toEqual([["Hello"], ["U1 reply: You said: Hello"]]);
    expect(world.table.textOf("U1")).not.toContain("4711");
  });

  test("notes that hold an unsent message are dropped, and taken again without it", async () => {
    const memory = { ...ownBot.memory, highWaterTokens: 120, lowWaterTokens: 40, maxTokens: 200 };
    const noted: string[] = [];
    const answer = (content: string) => {
      const facts = [...content.matchAll(/(?:fact|PIN) \d+/g)].map(([fact]) => fact);
      noted.push([...new Set(facts)].join(", "));
      return noted.at(-1)!;
    };
    world = createWorld({ bot: defineBot({ ...ownBot, memory }), summarizer: { answer } });
    const [id = ""] = await talk("U1", "My PIN 4711", ...Array.from({ length: 12 }, (_, n) => `fact ${n}`));
    expect(world.table.textOf("U1")).toContain('"summary":"PIN 4711, fact 0');
    world.unsend("U1", id);
    await world.settle();
    expect(world.table.textOf("U1")).not.toContain("4711");
    expect(world.table.textOf("U1")).toContain('"summary":""');
    await talk("U1", "fact 12", "fact 13", "fact 14", "fact 15");
    expect(world.table.textOf("U1")).toContain('"summary":"fact 0, fact 1');
    expect(world.contexts.at(-1)).toContain("fact 0, fact 1");
  });

  test("notes that cannot hold an unsent message stay", async () => {
    const memory = { ...ownBot.memory, highWaterTokens: 120, lowWaterTokens: 40, maxTokens: 200 };
    world = createWorld({
      bot: defineBot({ ...ownBot, memory }),
      summarizer: { answer: () => "Aki likes x" },
    });
    const ids = await talk("U1", ...Array.from({ length: 8 }, (_, n) => `fact ${n}`), "My PIN is 4711");
    world.unsend("U1", ids.at(-1)!);
    await world.settle();
    expect(world.table.textOf("U1")).toContain('"summary":"Aki likes x"');
  });

  test("of messages that were unsent before they arrived, no more than the newest are remembered", async () => {
    for (let n = 1; n <= 25; n += 1) {
      world.unsend("U1", `M${n}`);
      await world.settle();
    }
    const { unsent } = await world.table.chats.notes("U1", world.scheduler.now());
    expect(unsent).toEqual(Array.from({ length: 20 }, (_, n) => `M${n + 6}`));
  });

  describe("with a long history whose reads take long", () => {
    let reads = 0;

    beforeEach(async () => {
      reads = 0;
      await talk("U1", ...Array.from({ length: 300 }, (_, n) => `My PIN is ${4711 + n}`));
    });

    /** One invocation; each page takes 15 s. */
    function invocation(): Promise<string[] | "still running"> {
      const chats: Chats = {
        ...world.table.chats,
        async page(...range) {
          reads += 1;
          await new Promise<void>((resolve) => world.scheduler.after(15_000, resolve));
          return world.table.chats.page(...range);
        },
      };
      return world.run(world.worker({ chats }), 75_000);
    }

    test("erasing it stops in time, and goes on where it was at the next attempt", async () => {
      world.unfollow("U1");
      for (let n = 0; world.queue.main.messages().length > 0; n += 1) {
        expect([n, await invocation()]).not.toEqual([n, "still running"]);
        expect(n).toBeLessThan(9);
      }
      expect(world.table.textOf("U1")).not.toContain("My PIN");
      for (const { code } of printed("job.retry")) expect(code).toBe("chat.not_erased_yet");
      // Eight pages, and each attempt but the last stops at one that the next reads again.
      expect(reads).toBeGreaterThanOrEqual(8);
      expect(reads).toBeLessThanOrEqual(8 + 3);
    });

    test("one that comes late and was cut short leaves nothing behind for the next", async () => {
      world.unfollow("U1", start + 500);
      expect(await invocation()).toHaveLength(1);
      await world.settle();
      expect(world.table.textOf("U1")).toContain("My PIN");
      world.unfollow("U1");
      await world.settle();
      expect(world.table.textOf("U1")).not.toContain("My PIN");
    });

    test("looking for an unsent message stops in time, and is done when reads are quick again", async () => {
      world.unsend("U1", "1");
      expect(await invocation()).toHaveLength(1);
      expect(world.lines).toContain("job.retry");
      await world.settle();
      expect(world.table.textOf("U1")).not.toContain("4711");
    });
  });

  test("an answer given before a late unfollow arrived is taken away with what it repeats", async () => {
    await talk("U1", "My PIN is 4711");
    const blockedAt = world.scheduler.now() - 500;
    await talk("U1", "Which PIN did I say?");
    world.unfollow("U1", blockedAt);
    await world.settle();
    expect(world.table.textOf("U1")).not.toMatch(/4711|You said/);
    expect(printed("chat.erased")).toMatchObject([{ turns: 2 }]);
    expect(world.table.textOf("U1")).toContain("Which PIN did I say?");
  });

  test("and so is a question that was asked once more before it arrived, with its answer", async () => {
    await talk("U1", "My PIN is 4711");
    const blockedAt = world.scheduler.now() - 500;
    await talk("U1", "/retry");
    expect(world.asked).toHaveLength(2);
    world.unfollow("U1", blockedAt);
    await world.settle();
    expect(world.table.textOf("U1")).not.toContain("4711");
  });

  test("what was given up on after a late unfollow may still be asked again", async () => {
    await talk("U1", "Hello");
    const blockedAt = world.scheduler.now() - 500;
    const model = createMemoryModel({ behave: () => "rejected" });
    world.say("U1", "Which day is it?");
    await world.run(world.worker({ model }), 1_000);
    expect(world.lines).toContain("job.parked");
    world.unfollow("U1", blockedAt);
    await world.settle();
    world.moveBack();
    await world.settle();
    expect(newest()).toContain("You said: Which day is it?");
  });

  test("a message of the unfollow's own millisecond that came before it is taken away", async () => {
    const at = world.scheduler.now();
    world.say("U1", "My PIN is 4711", at);
    world.unfollow("U1", at);
    await world.settle();
    expect(world.asked).toHaveLength(1);
    expect(world.table.textOf("U1")).not.toContain("4711");
  });

  test("a message from before an unfollow is not answered, however late and behind whatever it comes", async () => {
    await talk("U1", "Hello");
    await talk("U1", "Hello again");
    const sentAt = world.scheduler.now() - 500;
    const blockedEarlierAt = sentAt - 1_000;
    world.unfollow("U1");
    await world.settle();
    world.unfollow("U1", blockedEarlierAt);
    await world.settle();
    world.say("U1", "My PIN is 4711", sentAt);
    await world.settle();
    expect(world.asked).toEqual(["Hello", "Hello again"]);
    expect(world.table.textOf("U1")).not.toContain("4711");
  });

  test("who blocks the bot is forgotten", async () => {
    await talk("U1", "My PIN is 4711", "Thanks");
    await talk("U2", "Hello");
    const eventId = world.unfollow("U1");
    await world.settle();
    expect(printed("chat.erased")).toMatchObject([{ eventId, chat: chatHash("U1"), turns: 2 }]);
    expect(world.table.textOf("U1")).not.toMatch(/4711|Thanks/);
    expect(world.table.textOf("U2")).toContain("Hello");
  });
});

const small = { ...ownBot.memory, highWaterTokens: 120, lowWaterTokens: 40, maxTokens: 200 };
const questions = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => `question no. ${from + n}`);

test("a window that is full is folded after the answer is out; if that fails, it is tried again", async () => {
  const folds: string[] = [];
  world = createWorld({
    bot: defineBot({ ...ownBot, memory: small }),
    summarizer: {
      behave: () => (folds.length === 1 ? "unavailable" : "answer"),
      answer: () => "notes",
      onAsk: () => void folds.push(`after ${world.sent().length} answers`),
    },
  });
  await talk("U1", ...questions(0, 7));
  expect(folds).toEqual(["after 5 answers"]);
  const chat = chatHash("U1");
  expect(printed("window.not_folded")).toMatchObject([{ eventId: "E5", chat, code: "model.unavailable" }]);
  await world.scheduler.run(world.scheduler.now() + 75_000, () => false);
  await talk("U1", ...questions(7, 9));
  expect(folds).toEqual(["after 5 answers", "after 8 answers"]);
  const took = { inputTokens: 20, cachedTokens: 0, outputTokens: 20, ms: 0 };
  expect(printed("window.folded")).toMatchObject([{ eventId: "E8", chat, turns: 6, kept: true, ...took }]);
  expect(world.table.textOf("U1")).toContain('"summary":"notes"');
  expect(world.contexts.at(-1)).toMatch(/^\[\{"role":"user","content":"Notes on our conversation so far/);
});

test("a pasted text is there word for word when its follow-up is asked, wherever it meets the window", async () => {
  const smallTalk = "昨日は友人と京都へ行って、清水寺と伏見稲荷を回りました。".repeat(4);
  const pasted = `${"第一条、甲は乙に対し、商品を納入する。".repeat(150).slice(0, 2_800)}秘密番号4711`;
  for (let phase = 0; phase < 20; phase += 1) {
    world = createWorld({ summarizer: { answer: () => "notes" } });
    const before = Array.from({ length: 38 + phase }, (_, n) => `${n} ${smallTalk}`);
    await talk("U1", ...before, pasted, "その秘密番号は？");
    expect([phase, world.contexts.at(-1)]).toEqual([phase, expect.stringContaining(pasted)]);
  }
});

test("two messages of one millisecond are remembered in the order in which they came", async () => {
  await talk("U1", ...questions(0, 8));
  const at = world.scheduler.now();
  // Their events are E9 and E10, and E10 sorts first.
  world.say("U1", "My name is Aki", at);
  world.say("U1", "What is my name?", at);
  await world.settle();
  expect(world.contexts.at(-1)).toMatch(/"My name is Aki"\},\{[^}]*\},\{[^}]*"What is my name\?"\}\]$/);
  await talk("U1", "Thanks", "/export");
  expect(world.contexts.at(-1)).toMatch(/My name is Aki.*What is my name\?.*Thanks/);
  expect(newest()).toMatch(/My name is Aki.*What is my name\?.*Thanks/s);
});

test("what is said while a window is folded is answered at once, and does not fold it again", async () => {
  let folds = 0;
  world = createWorld({
    bot: defineBot({ ...ownBot, memory: small }),
    summarizer: { behave: () => "hang", onAsk: () => void folds++ },
  });
  await talk("U1", ...questions(0, 6));
  expect(folds).toBe(1);
  world.say("U1", "Are you there?");
  expect(await world.run(world.worker(), 1_000)).toEqual([]);
  expect(newest()).toBe("U1 reply: You said: Are you there?");
  expect(folds).toBe(1);
});

test("what the model will not take notes on leaves the window, and the notes stay as they were", async () => {
  let folds = 0;
  world = createWorld({
    bot: defineBot({ ...ownBot, memory: small }),
    summarizer: {
      behave: () => (folds > 1 ? "refusal" : "answer"),
      answer: () => "notes",
      onAsk: () => void folds++,
    },
  });
  await talk("U1", ...questions(0, 16));
  expect(folds).toBeGreaterThan(1);
  expect(folds).toBeLessThan(6);
  expect(world.table.textOf("U1")).toContain('"summary":"notes"');
});

test("a command behind every question folds no more often than questions do", async () => {
  let folds = 0;
  world = createWorld({ summarizer: { answer: () => "notes", onAsk: () => void folds++ } });
  for (let n = 0; n < 200; n += 1) await talk("U1", `question no. ${n}`, "/help");
  expect(folds).toBeGreaterThan(2);
  expect(folds).toBeLessThan(16);
});

test("a chat whose first turn of the day is parked is in the day's list all the same", async () => {
  const { line } = world.line;
  const refuse = () => Promise.reject(new BotError("line.rejected", "LINE answered 400", { retry: "never" }));
  world.say("U1", "Hello");
  await world.run(world.worker({ line: { ...line, reply: refuse, push: refuse } }), 1_000);
  expect(world.lines).toContain("job.parked");
  await talk("U1", "Hello again");
  expect(world.table.textOf("U1")).toContain('"list":"day#2027-01-15"');
});

test("turns that are no part of the conversation do not keep the window from being folded", async () => {
  const noted: string[] = [];
  world = createWorld({
    summarizer: { answer: () => "notes", onAsk: (content) => void noted.push(content) },
  });
  for (let n = 0; n < 130; n += 1) {
    await talk("U1", `fact no. ${n};`);
    if (n % 10 === 0) await talk("U1", "/help");
  }
  const known = [...noted, world.contexts.at(-1)].join("\n");
  for (let n = 0; n < 130; n += 1) expect(known).toContain(`fact no. ${n};`);
});

test("notes that are too long are taken once more, shorter, instead of being cut", async () => {
  const lengths: number[] = [];
  world = createWorld({
    bot: defineBot({ ...ownBot, memory: { ...small, summaryTokens: 60 } }),
    summarizer: {
      answer: () => (lengths.length > 1 ? "short notes" : "long ".repeat(80)),
      onAsk: (_content, { instructions }) =>
        void lengths.push(Number(/at most (\d+) tokens/.exec(instructions)?.[1])),
    },
  });
  await talk("U1", ...questions(0, 6));
  expect(lengths).toEqual([60, 30]);
  expect(world.table.textOf("U1")).toContain('"summary":"short notes"');
});
