import { defineBot } from "@henji/core/bot";
import { wordsOn } from "@henji/core/platform/line/compose";
import { createMemoryModel } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { createWorld, plainBot, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld();
});

const { en, ja } = ownBot.texts;

test("help lists the commands in the user's language, without a model call", async () => {
  await world.talk("U1", "ヘルプ");
  expect(world.newest()).toContain(`U1 reply: ${ja.help}\n\n何を覚えてる？\n　${ja.about.memory}`);
  await world.talk("U1", "Ｈｅｌｐ！");
  expect(world.newest()).toContain(en.help);
  expect(world.asked).toEqual([]);
});

test("/help is answered in the language of the last question", async () => {
  await world.talk("U1", "こんにちは", "/help");
  expect(world.newest()).toContain(ja.help);
});

test("a command within a sentence is a question", async () => {
  await world.talk("U1", "Can you help me?");
  expect(world.asked).toEqual(["Can you help me?"]);
});

test("a command without words is switched off", async () => {
  world = createWorld({ bot: { ...plainBot, commands: { ...ownBot.commands, help: [] } } });
  await world.talk("U1", "/help", "/memory");
  expect(world.asked).toEqual(["/help"]);
  expect(world.newest()).toBe(`U1 reply: ${en.nothingRemembered} [export my data] [forget everything]`);
});

test("the bot's own messages are not part of the conversation", async () => {
  await world.talk("U1", "Hello", "/help", "/export", "Are you there?");
  const said = ["Hello", "You said: Hello", "Are you there?"];
  expect(JSON.parse(world.contexts.at(-1)!).map(({ content }: { content: string }) => content)).toEqual(said);
});

test("everything is erased only when the user confirms it", async () => {
  await world.talk("U1", "My PIN is 4711", "yes, forget it all");
  expect(world.newest()).toBe(`U1 reply: ${en.forget} [yes, forget it all] [no, keep it]`);
  await world.talk("U1", "Wait");
  expect(world.table.textOf("U1")).toContain("4711");
  await world.talk("U1", "forget everything", "yes, forget it all");
  expect(world.newest()).toBe(`U1 reply: ${en.forgotten}`);
  expect(world.table.textOf("U1")).not.toContain("4711");
  await world.talk("U1", "What was it?");
  expect(world.contexts.at(-1)).toBe('[{"role":"user","content":"What was it?"}]');
});

test("an export shows everything, page by page", async () => {
  world = createWorld({ summarizer: { answer: () => "Aki likes x" } });
  const long = Array.from({ length: 30 }, (_, n) => `no. ${n}: ${"x".repeat(900)}`);
  await world.talk("U1", ...long, "データを見せて");
  expect(world.newest()).toMatch(/^U1 reply: 保存されている.* \[データを見せて \d{13}\]$/s);
  const exported: string[] = [];
  for (let page = 0; page < 10; page += 1) {
    const { messages } = world.line.sent.at(-1)!;
    exported.push(...messages.map(({ text }) => text));
    const [next] = messages.at(-1)!.quickReply?.items ?? [];
    if (!next) break;
    expect(next.action.label).toBe("データを見せて →");
    await world.talk("U1", wordsOn(next.action));
  }
  expect(exported.join("\n")).toContain("Aki likes x");
  for (const text of long) expect(exported.join("\n").split(`> ${text}`)).toHaveLength(2);
  // The export itself is not stored.
  expect(world.table.textOf("U1").split(long[0]!)).toHaveLength(3);
});

test("an export says if nothing is stored, also with an old button", async () => {
  await world.talk("U1", "/export", "/export 1800000000000");
  expect(world.sent()).toEqual([`U1 reply: ${en.nothingStored}`, `U1 reply: ${en.nothingStored}`]);
});

test("an export includes parked questions", async () => {
  const model = createMemoryModel({ behave: () => "rejected" });
  world.say("U1", "My PIN is 4711");
  await world.run(world.worker({ model }), 1_000);
  await world.talk("U1", "/export");
  expect(world.newest()).toContain("> My PIN is 4711");
});

test("an export continues after an exchange that is longer than a page, and has the notes at the end", async () => {
  world = createWorld({
    bot: defineBot({ ...plainBot, memory: { ...ownBot.memory, highWaterTokens: 2_500, maxTokens: 20_000 } }),
    summarizer: { answer: () => "Aki likes x" },
  });
  await world.talk("U1", "x\n".repeat(2_400), "one", "two", "/export");
  let pages = 1;
  for (let next = world.line.sent.at(-1)!.messages.at(-1)!.quickReply; next && pages < 9; pages += 1) {
    await world.talk("U1", wordsOn(next.items[0]!.action));
    next = world.line.sent.at(-1)!.messages.at(-1)!.quickReply;
  }
  const exported = world.line.sent.slice(-pages).flatMap(({ messages }) => messages.map(({ text }) => text));
  for (const text of ["> one", "> two", "Aki likes x"]) expect(exported.join("\n")).toContain(text);
});

test("/retry asks the last question again, and the new answer replaces the old one", async () => {
  await world.talk("U1", "Tell me a joke", "/retry");
  expect(world.asked).toEqual(["Tell me a joke", "Tell me a joke"]);
  expect(world.contexts.at(-1)).toBe('[{"role":"user","content":"Tell me a joke"}]');
  await world.talk("U1", "/retry", "Thanks");
  expect(world.contexts.at(-1)?.match(/Tell me a joke/g)).toHaveLength(2);
});

test("/retry says if there is nothing to retry", async () => {
  await world.talk("U1", "もう一度答えて");
  expect(world.newest()).toBe(`U1 reply: ${ja.nothingToRetry}`);
});
