import { defineBot } from "@henji/core/bot";
import { OVERHEARD_HEADING } from "@henji/core/context/context";
import { beforeEach, expect, test } from "vitest";
import { createWorld, plainBot, type World } from "./world.ts";

const group = { type: "group", groupId: "C1" };

let world: World;
beforeEach(() => {
  world = createWorld({ bot: defineBot({ ...plainBot, groups: { overheard: 3 } }) });
});

/** What the model was told last of what members said to each other. */
function told(): string[] {
  const context: { content: string }[] = JSON.parse(world.contexts.at(-1)!);
  const talk = context.find(({ content }) => content.startsWith(OVERHEARD_HEADING))?.content ?? "";
  return talk.split("\n").slice(1);
}

function unsend(messageId: string): void {
  world.put("U1", { type: "unsend", source: { ...group, userId: "U1" }, unsend: { messageId } });
}

test("with a question the model is told what members said since its last answer, who said it, and no more than it may", async () => {
  await world.sayIn("C1", "U1", "Zero");
  await world.sayIn("C1", "U1", "One");
  await world.sayIn("C1", "U2", "Two\nlines");
  await world.sayIn("C1", "U1", "", { type: "sticker", text: undefined, keywords: ["three"] });
  await world.sayIn("C1", "U3", "@Henji what do they say?");
  expect(told()).toEqual(["Name of U1: One", "Name of U2: Two lines", "Name of U1: [Sticker: three]"]);
  await world.sayIn("C1", "U3", "@Henji and now?");
  expect(told()).toEqual([]);
  await world.sayIn("C1", "U2", "Four");
  await world.sayIn("C1", "U3", "@Henji and now?");
  expect(told()).toEqual(["Name of U2: Four"]);
});

test("nothing is kept of it unless bot.config.ts says so, and nothing of it ever gets a turn", async () => {
  world = createWorld();
  await world.sayIn("C1", "U1", "The PIN is 4711");
  await world.sayIn("C1", "U3", "@Henji what do they say?");
  expect(told()).toEqual([]);
  expect(world.table.textOf("C1")).not.toContain("4711");
});

test("it is no part of the conversation: an export and the notes have none of it", async () => {
  await world.sayIn("C1", "U1", "The PIN is 4711");
  await world.sayIn("C1", "U1", "@Henji hello");
  await world.sayIn("C1", "U1", "@Henji /export");
  const exported = world.line.sent.at(-1)!.messages.map(({ text }) => text);
  expect(exported.join("\n")).not.toContain("4711");
});

test("a message that is quoted is shown though it was not for the bot", async () => {
  const id = await world.sayIn("C1", "U1", "Dinner at seven?");
  await world.sayIn("C1", "U2", "@Henji is that late?", { quotedMessageId: id });
  expect(world.asked.at(-1)).toBe("[Replying to: Name of U1: Dinner at seven?]\nName of U2: is that late?");
});

test("it is forgotten after a day", async () => {
  await world.sayIn("C1", "U1", "One");
  await world.scheduler.run(world.scheduler.now() + 25 * 60 * 60_000, () => false);
  await world.sayIn("C1", "U1", "Two");
  expect(world.table.textOf("C1")).not.toContain("One");
  await world.sayIn("C1", "U1", "@Henji hello");
  expect(told()).toEqual(["Name of U1: Two"]);
});

test("what is unsent is erased, with an answer that repeats it, and does not come back", async () => {
  const id = await world.sayIn("C1", "U1", "My PIN is 4711 9999 8888");
  await world.sayIn("C1", "U2", "@Henji the PIN is 4711 9999 8888, right?");
  unsend(id);
  await world.settle();
  // What the other has written stays.
  expect(world.table.textOf("C1").match(/4711/g)).toHaveLength(1);
  await world.sayIn("C1", "U2", "@Henji /retry");
  expect(told()).toEqual([]);
});

test("what was unsent does not come back by a late delivery, whatever else was said in the same moment", async () => {
  const at = world.scheduler.now();
  const say = (id: string, text: string) => {
    const message = { type: "text", id, text };
    world.put("U1", { type: "message", source: { ...group, userId: "U1" }, message }, at);
  };
  say("77", "My PIN is 4711");
  const [job] = world.queue.main.messages();
  await world.settle();
  unsend("77");
  await world.settle();
  for (const n of [1, 2, 3]) say(`${n}`, `Number ${n}`);
  await world.settle();
  // By the queue, it is the newest.
  world.queue.main.send({ ...job!, deduplicationId: "late" });
  await world.settle();
  expect(world.table.textOf("C1")).not.toContain("4711");
  await world.sayIn("C1", "U3", "@Henji what do they say?");
  expect(told()).toEqual([1, 2, 3].map((n) => `Name of U1: Number ${n}`));
});

test("what comes after its unsend is not kept", async () => {
  const next = String(Number(await world.sayIn("C1", "U1", "Hello")) + 2);
  unsend(next);
  await world.settle();
  await world.sayIn("C1", "U1", "My PIN is 4711");
  expect(world.table.textOf("C1")).not.toContain("4711");
});

test("a member who forgets has their own talk erased, a late delivery of it too", async () => {
  const message = { type: "text", id: "77", text: "My PIN is 4711" };
  world.put("U1", { type: "message", source: { ...group, userId: "U1" }, message });
  const [job] = world.queue.main.messages();
  await world.settle();
  await world.sayIn("C1", "U2", "My number is 5822");
  await world.sayIn("C1", "U1", "@Henji /forget");
  await world.sayIn("C1", "U1", "@Henji yes, forget it all");
  expect(world.table.textOf("C1")).not.toContain("4711");
  expect(world.table.textOf("C1")).toContain("5822");
  world.queue.main.send({ ...job!, deduplicationId: "late" });
  await world.settle();
  expect(world.table.textOf("C1")).not.toContain("4711");
});

test("what was answered because it quotes the bot is not kept by a late delivery, when its writer has had the answer forgotten", async () => {
  await world.sayIn("C1", "U1", "@Henji hello");
  const [quotedMessageId] = world.line.sent.at(-1)!.ids;
  const message = { type: "text", id: "77", text: "My PIN is 4711", quotedMessageId };
  world.put("U1", { type: "message", source: { ...group, userId: "U1" }, message });
  const [job] = world.queue.main.messages();
  await world.settle();
  expect(world.asked.at(-1)).toContain("4711");
  await world.sayIn("C1", "U1", "@Henji /forget");
  await world.sayIn("C1", "U1", "@Henji yes, forget it all");
  world.queue.main.send({ ...job!, deduplicationId: "late" });
  await world.settle();
  expect(world.table.textOf("C1")).not.toContain("4711");
});

test("when the bot leaves, all of it is erased", async () => {
  await world.sayIn("C1", "U1", "My PIN is 4711");
  await world.happen("C1", { type: "leave", source: group });
  expect(world.table.textOf("C1")).not.toContain("4711");
});

test("what could not be erased when the bot left is not told if it comes back", async () => {
  await world.sayIn("C1", "U1", "My PIN is 4711");
  await world.scheduler.run(world.scheduler.now() + 1_000, () => false);
  world.put("C1", { type: "leave", source: group });
  const eraseTalk = () => Promise.reject(new Error("DynamoDB is slow"));
  await world.run(world.worker({ chats: { ...world.chats, eraseTalk } }), 1_000);
  // SQS gives it up in the end.
  for (const { messageId } of world.queue.main.messages()) world.queue.main.discard(messageId);
  await world.sayIn("C1", "U2", "@Henji what do they say?");
  expect(told()).toEqual([]);
});

test("a long text is kept in part, and a long talk too", async () => {
  world = createWorld({ bot: defineBot({ ...plainBot, groups: { overheard: 50 } }) });
  for (let n = 0; n < 15; n += 1) await world.sayIn("C1", "U1", `${n} ${"あ".repeat(700)}`);
  await world.sayIn("C1", "U1", "@Henji hello");
  expect(told()).toHaveLength(10);
  expect(told().at(-1)).toBe(`Name of U1: 14 ${"あ".repeat(497)}`);
});

test("without it a question is answered all the same", async () => {
  const { chats } = world;
  const talk = () => Promise.reject(new Error("DynamoDB is slow"));
  const broken = { ...chats, talk, overhear: talk };
  const source = { ...group, userId: "U1" };
  world.put("U1", { type: "message", source, message: { type: "text", id: "1", text: "One" } });
  await world.run(world.worker({ chats: broken }), 1_000);
  expect(world.logged("talk.not_kept")).toHaveLength(1);
  const mention = { mentionees: [{ index: 0, length: 6, isSelf: true }] };
  const message = { type: "text", id: "2", text: "@Henji hello", mention };
  world.line.giveToken("token", "C1", 60_000);
  world.put("U1", { type: "message", source, replyToken: "token", message });
  await world.run(world.worker({ chats: broken }), 1_000);
  expect(world.logged("talk.not_recalled")).toHaveLength(1);
  expect(world.sent()).toHaveLength(1);
});
