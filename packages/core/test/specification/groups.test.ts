import { defineBot } from "@henji/core/bot";
import { beforeEach, describe, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { createWorld, plainBot, type World } from "./world.ts";

const { en, ja } = ownBot.texts;
const group = { type: "group", groupId: "C1" };

let world: World;
beforeEach(() => {
  world = createWorld();
});

/** What the model was sent last, as it reads it. */
const shown = () => JSON.parse(world.contexts.at(-1)!).map(({ content }: { content: string }) => content);

describe("in a group the bot answers", () => {
  test("who mentions it, without the mention", async () => {
    await world.sayIn("C1", "U1", "@Henji what is 2 + 2?");
    expect(world.sent()).toEqual(["C1 reply: You said: Name of U1: what is 2 + 2?"]);
  });

  test("who calls it by a word of bot.config.ts", async () => {
    world = createWorld({ bot: defineBot({ ...plainBot, groups: { words: ["momo", "モモ"] } }) });
    await world.sayIn("C1", "U1", "Momo, what is 2 + 2?");
    await world.sayIn("C1", "U2", "モモ明日は？");
    await world.sayIn("C1", "U2", "Momoko is here");
    await world.sayIn("C1", "U2", "momo /forget");
    expect(world.newest()).toContain(ja.forgetOwn);
    expect(world.asked).toEqual(["Name of U1: what is 2 + 2?", "Name of U2: 明日は？"]);
  });

  test("who types its name after an @ of any width", async () => {
    await world.sayIn("C1", "U1", "＠henji、おはよう", { mention: undefined });
    await world.sayIn("C1", "U1", "@Henjiro hi", { mention: undefined });
    expect(world.asked).toEqual(["Name of U1: おはよう"]);
  });

  test("who quotes one of its messages, and is shown what is quoted", async () => {
    await world.sayIn("C1", "U1", "@Henji hello");
    const [answer] = world.table.turnsOf("C1")[0]!.sentIds!;
    await world.sayIn("C1", "U2", "Really?", { quotedMessageId: answer });
    await world.sayIn("C1", "U2", "And this?", { quotedMessageId: "of-somebody-else" });
    expect(world.asked).toHaveLength(2);
    expect(shown().at(-1)).toBe("[Replying to: You said: Name of U1: hello]\nName of U2: Really?");
  });

  test("who quotes a notice of it", async () => {
    await world.sayIn("C1", "U1", "@Henji /help");
    const [help] = world.table.turnsOf("C1")[0]!.sentIds!;
    await world.sayIn("C1", "U2", "What is that?", { quotedMessageId: help });
    expect(world.asked).toEqual(["[Replying to an earlier message]\nName of U2: What is that?"]);
  });

  test("nobody else: nothing is written, nothing is asked", async () => {
    await world.sayIn("C1", "U1", "Good morning, Ben");
    await world.sayIn("C1", "U1", "", { type: "sticker", text: undefined });
    await world.sayIn("C1", "U1", "", { type: "image", text: undefined });
    expect(world.sent()).toEqual([]);
    expect(world.table.turnsOf("C1")).toEqual([]);
    expect(world.logged("event.ignored")).toHaveLength(3);
  });
});

test("what one worker knew to be for the bot, the next answers, though LINE does not tell the bot's name any more", async () => {
  const message = { type: "text", id: "1", text: "＠Henji hello" };
  world.put("U1", { type: "message", source: { ...group, userId: "U1" }, message });
  await world.crash(world.worker({ model: { ask: () => new Promise(() => {}) } }));
  const line = { ...world.line.line, info: () => Promise.reject(new Error("LINE is down")) };
  await world.run(world.worker({ line }), 1_000);
  expect(world.sent()).toEqual(["C1 push: You said: Name of U1: hello"]);
  // It comes for the first time, and nobody knows whom it calls.
  const other = { ...message, id: "2" };
  world.put("U1", { type: "message", source: { ...group, userId: "U1" }, message: other });
  await world.run(world.worker({ line }), 1_000);
  expect(world.sent()).toHaveLength(1);
});

test("the group has one memory, in which speakers are told apart", async () => {
  await world.sayIn("C1", "U1", "@Henji I like tea");
  await world.sayIn("C1", "U2", "@Henji I like coffee");
  expect(shown()).toEqual([
    "Name of U1: I like tea",
    "You said: Name of U1: I like tea",
    "Name of U2: I like coffee",
  ]);
  await world.sayIn("C2", "U1", "@Henji hello");
  expect(shown()).toEqual(["Name of U1: hello"]);
});

test("a member whom LINE does not name still gets an answer", async () => {
  world.line.block("U1");
  await world.sayIn("C1", "U1", "@Henji hello");
  const source = { type: "group", groupId: "C1" };
  const mention = { mentionees: [{ index: 0, length: 6, isSelf: true }] };
  const message = { type: "text", id: "9", text: "@Henji and I", mention };
  await world.happen("C1", { ...{ type: "message", source }, ...{ message } });
  expect(world.asked).toEqual(["Somebody: hello", "Somebody: and I"]);
});

test("a member erases what they have written, and nothing of the others", async () => {
  await world.sayIn("C1", "U1", "@Henji my PIN is 4711");
  await world.sayIn("C1", "U2", "@Henji my PIN is 5822");
  await world.sayIn("C1", "U1", "@Henji /forget");
  expect(world.newest()).toContain(en.forgetOwn);
  await world.sayIn("C1", "U2", "@Henji yes, forget it all");
  expect(world.newest()).toContain(en.forgetOwn);
  await world.sayIn("C1", "U1", "@Henji /forget");
  await world.sayIn("C1", "U1", "@Henji yes, forget it all");
  expect(world.newest()).toBe(`C1 reply: ${en.forgottenOwn}`);
  expect(world.table.textOf("C1")).not.toContain("4711");
  expect(world.table.textOf("C1")).toContain("5822");
});

test("a button in a group tells the bot by itself, without a mention", async () => {
  await world.sayIn("C1", "U1", "@Henji my PIN is 4711");
  await world.sayIn("C1", "U1", "@Henji /forget");
  const [yes] = world.line.sent.at(-1)!.messages.at(-1)!.quickReply!.items;
  expect(yes!.action).toEqual({
    ...{ type: "postback", label: "yes, forget it all", displayText: "yes, forget it all" },
    data: "henji:say:yes, forget it all",
  });
  const source = { ...group, userId: "U1" };
  const postback = { data: "henji:say:yes, forget it all" };
  await world.happen("C1", { type: "postback", source, ...{ postback } });
  expect(world.newest()).toBe(`C1 reply: ${en.forgottenOwn}`);
  expect(world.table.textOf("C1")).not.toContain("4711");
});

test("when a member forgets, an answer to another that repeats it is erased too, on whichever page it stands", async () => {
  await world.sayIn("C1", "U1", "@Henji my PIN is 4711 9999 8888");
  for (let n = 0; n < 40; n += 1) await world.sayIn("C1", "U2", `@Henji ${n}`);
  await world.sayIn("C1", "U2", "@Henji the PIN of Aki is 4711 9999 8888");
  await world.sayIn("C1", "U1", "@Henji /forget");
  await world.sayIn("C1", "U1", "@Henji yes, forget it all");
  // What the other has written stays.
  expect(world.table.textOf("C1").match(/4711/g)).toHaveLength(1);
});

test("who is asked whether to forget can say no", async () => {
  await world.sayIn("C1", "U1", "@Henji my PIN is 4711");
  await world.sayIn("C1", "U1", "@Henji /forget");
  await world.sayIn("C1", "U1", "@Henji no, keep it");
  expect(world.newest()).toBe(`C1 reply: ${en.kept}`);
  expect(world.table.textOf("C1")).toContain("4711");
  await world.sayIn("C1", "U1", "@Henji no, keep it");
  expect(world.asked).toHaveLength(2);
});

test("an export has a member's own messages, a retry repeats a member's own question", async () => {
  await world.sayIn("C1", "U1", "@Henji I like tea");
  await world.sayIn("C1", "U2", "@Henji I like coffee");
  await world.sayIn("C1", "U1", "@Henji /export");
  const exported = world.line.sent
    .at(-1)!
    .messages.map(({ text }) => text)
    .join("\n");
  expect(exported).toContain("I like tea");
  expect(exported).not.toContain("coffee");
  await world.sayIn("C1", "U1", "@Henji /retry");
  expect(world.asked.at(-1)).toBe("Name of U1: I like tea");
});

test("when the bot leaves a group, everything that was said in it is erased", async () => {
  await world.sayIn("C1", "U1", "@Henji my PIN is 4711");
  await world.happen("C1", { type: "leave", source: group });
  expect(world.table.textOf("C1")).not.toContain("4711");
});

test("each member has a limit, and so has the group; who has reached one is told once", async () => {
  const limits = { ...ownBot.limits, dailyMessages: 2, groupDailyMessages: 3 };
  world = createWorld({ bot: defineBot({ ...plainBot, limits }) });
  for (let n = 0; n < 4; n += 1) await world.sayIn("C1", "U1", `@Henji ${n}`);
  expect(world.asked).toHaveLength(2);
  for (let n = 0; n < 3; n += 1) await world.sayIn("C1", "U2", `@Henji ${n}`);
  expect(world.asked).toHaveLength(3);
  await world.sayIn("C1", "U3", "@Henji and I?");
  const told = world.sent().filter((text) => text.includes(en.dailyLimit));
  expect(told).toHaveLength(2);
  await world.sayIn("C2", "U3", "@Henji elsewhere?");
  expect(world.asked).toHaveLength(4);
});

test("an answer quotes its question while several people speak with the bot", async () => {
  const quotes = () =>
    world.line.sent.map(({ messages }) => (messages[0] as { quoteToken?: string }).quoteToken);
  const say = (user: string, n: number) =>
    world.sayIn("C1", user, `@Henji ${n}`, { quoteToken: `question ${n}` });
  await say("U1", 1);
  await say("U1", 2);
  await say("U2", 3);
  await say("U1", 4);
  await world.scheduler.run(world.scheduler.now() + 11 * 60_000, () => false);
  await say("U1", 5);
  expect(quotes()).toEqual([undefined, undefined, "question 3", "question 4", undefined]);
});

test("a message is shown as read, which nothing waits for", async () => {
  const message = { markAsReadToken: "read me" };
  await world.sayIn("C1", "U1", "@Henji hello", message);
  await world.sayIn("C1", "U1", "not for the bot", message);
  expect(world.line.read).toEqual(["read me"]);
  const { line } = world.line;
  const refusing = { ...line, markAsRead: () => Promise.reject(new Error("LINE is down")) };
  world.say("U2", "Hello");
  await world.run(world.worker({ line: refusing }), 1_000);
  expect(world.newest()).toBe("U2 reply: You said: Hello");
});

describe("a greeting", () => {
  test("is sent once when a user adds the bot, or when it comes into a group", async () => {
    await world.happen("U1", { type: "follow" });
    await world.happen("C1", { type: "join", source: group });
    expect(world.sent()).toEqual([
      expect.stringContaining(`U1 reply: ${en.greeting}`),
      expect.stringContaining(`C1 reply: ${en.greetingGroup}`),
    ]);
    expect(world.asked).toEqual([]);
  });

  test("is no part of the conversation, and can be switched off", async () => {
    await world.happen("U1", { type: "follow" });
    await world.talk("U1", "Hello");
    expect(shown()).toEqual(["Hello"]);
    world = createWorld({ bot: defineBot({ ...plainBot, greeting: false }) });
    await world.happen("U1", { type: "follow" });
    expect(world.sent()).toEqual([]);
    expect(world.table.turnsOf("U1")).toEqual([]);
  });
});

describe("what is no text", () => {
  const send = (message: object) =>
    world.happen("U1", { ...{ type: "message" }, ...{ message: { id: "1", ...message } } });

  test("is shown to the model in words, if it has some", async () => {
    await send({ type: "sticker", keywords: ["love", "cat"], text: "好き" });
    await send({
      type: "location",
      title: "Tokyo Tower",
      address: "Minato",
      latitude: 35.6,
      longitude: 139.7,
    });
    expect(world.asked).toEqual([
      '[Sticker: "好き", love, cat]',
      "[Location: Tokyo Tower, Minato (35.6, 139.7)]",
    ]);
  });

  test("gets one kind sentence in ten minutes, if it cannot be understood", async () => {
    await send({ type: "file", fileName: "a.zip" });
    await send({ type: "file" });
    await send({ type: "of the future" });
    expect(world.sent()).toEqual([`U1 reply: ${en.notUnderstood}`]);
    await world.scheduler.run(world.scheduler.now() + 11 * 60_000, () => false);
    await send({ type: "file" });
    expect(world.sent()).toHaveLength(2);
    expect(world.asked).toEqual([]);
  });
});
