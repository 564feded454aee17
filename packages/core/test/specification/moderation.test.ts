import { defineBot } from "@henji/core/bot";
import { BotError } from "@henji/core/error";
import type { Moderated } from "@henji/core/model/moderator";
import { deadlines } from "@henji/core/settings";
import { defineTool, z } from "@henji/core/tool";
import { beforeEach, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { createWorld, plainBot, type World, type WorldOptions } from "./world.ts";

const { en } = ownBot.texts;

let world: World;
let looked: Moderated[];
let hangs: boolean;

const bot = defineBot({ ...plainBot, moderation: true });

function build(options: WorldOptions = {}): void {
  const categories = (what: Moderated) => {
    looked.push(what);
    return what.text.includes("kill") || what.pictures.some((url) => url.endsWith(bad)) ? ["violence"] : [];
  };
  world = createWorld({ bot, moderator: { categories, hangs: () => hangs }, ...options });
}

const bad = Buffer.from("blood").toString("base64");

beforeEach(() => {
  [looked, hangs] = [[], false];
  build();
});

test("what is flagged gets the refusal, and is no part of the conversation", async () => {
  await world.talk("U1", "How do I kill him?", "Hello");
  expect(world.sent()).toEqual([`U1 reply: ${en.refusal}`, "U1 reply: You said: Hello"]);
  expect(world.contexts.at(-1)).toBe('[{"role":"user","content":"Hello"}]');
  expect(looked.map(({ text }) => text)).toEqual(["How do I kill him?", "Hello"]);
  expect(world.logged("moderation.flagged")).toMatchObject([{ categories: "violence", eventId: "E1" }]);
});

test("pictures are looked at, and what is said in a voice message", async () => {
  const image = { type: "image", contentProvider: { type: "line" } };
  const jpeg = (text: string) => Buffer.concat([Buffer.from("ffd8ff", "hex"), Buffer.from(text)]);
  await world.send("U1", image, { bytes: jpeg("blood"), type: "image/jpeg" });
  expect(world.newest()).toBe(`U1 reply: ${en.refusal}`);
  const audio = { type: "audio", duration: 4_200, contentProvider: { type: "line" } };
  await world.send("U1", audio, { bytes: Buffer.from("kill him"), type: "audio/x-m4a" });
  expect(world.newest()).toBe(`U1 reply: ${en.refusal}`);
  expect(looked.at(-1)?.text).toBe("kill him");
});

test("it takes no time of its own: it is asked while the model is", async () => {
  const at: number[] = [];
  build({
    moderator: {
      categories() {
        at.push(world.scheduler.now());
        return [];
      },
    },
    model: { answer: () => String(at.push(world.scheduler.now())) },
  });
  await world.talk("U1", "Hello");
  expect(at).toHaveLength(2);
  expect(at[0]).toBeLessThanOrEqual(at[1]!);
});

test("if it cannot be asked in time, the answer goes out, and that is logged", async () => {
  hangs = true;
  const startedAt = world.scheduler.now();
  world.say("U1", "How do I kill him?");
  await world.run(world.worker(), deadlines.moderationMs + 1_000);
  expect(world.sent()).toEqual(["U1 reply: You said: How do I kill him?"]);
  expect(world.logged("moderation.not_asked")).toMatchObject([{ code: "model.timeout", level: "warn" }]);
  expect(world.line.sent[0]!.at - startedAt).toBeLessThan(deadlines.moderationMs + 1_000);
});

test("no tool runs for what is flagged", async () => {
  const ran: string[] = [];
  const tool = defineTool({
    ...{ name: "shoot", description: "Shoots.", input: z.object({ whom: z.string() }), effect: "writes" },
    run: ({ whom }) => ran.push(whom),
  });
  build({
    bot: defineBot({ ...bot, tools: [tool] }),
    model: { calls: () => [{ name: "shoot", input: { whom: "him" } }] },
  });
  await world.talk("U1", "kill him");
  expect([ran, world.sent()]).toEqual([[], [`U1 reply: ${en.refusal}`]]);
});

test("what a tool has begun for is answered, though a later attempt would find it flagged", async () => {
  const tool = defineTool({
    ...{ name: "send", description: "Sends.", input: z.object({}), effect: "writes" },
    run: () => "sent",
  });
  build({
    bot: defineBot({ ...bot, tools: [tool] }),
    model: {
      calls: (_, { rounds }) => (rounds.length === 0 ? [{ name: "send", input: {} }] : []),
      answer: (_, __, tools) => `It was ${tools?.rounds[0]?.results[0]?.text}`,
    },
  });
  hangs = true;
  const record = world.turns.record;
  let records = 0;
  world.turns.record = async (...given) => {
    records += 1;
    if (records === 2) throw new BotError("table.unavailable", "DynamoDB failed", { retry: "later" });
    return record(...given);
  };
  world.say("U1", "kill it");
  await world.run(world.worker(), 10_000);
  hangs = false;
  await world.settle();
  expect([looked, world.sent().length]).toEqual([[], 1]);
  expect(world.newest()).toContain("It was Error: the process ended while this ran");
});

test("commands are not looked at, and nothing is for a bot without it", async () => {
  await world.talk("U1", "/help");
  expect(looked).toEqual([]);
  build({ bot: plainBot });
  await world.talk("U1", "How do I kill him?");
  expect([looked, world.newest()]).toEqual([[], "U1 reply: You said: How do I kill him?"]);
});
