import { defineBot } from "@henji/core/bot";
import { BotError } from "@henji/core/error";
import { PaidError } from "@henji/core/model/paid-error";
import type { Transcriber } from "@henji/core/model/transcriber";
import { defineTool, z } from "@henji/core/tool";
import { createMemoryModel } from "@henji/simulation";
import { beforeEach, describe, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { createWorld, plainBot, type World } from "./world.ts";

let world: World;
const { en } = ownBot.texts;
const audio = { type: "audio", duration: 20_000, contentProvider: { type: "line" } };

const open = (fields: object = {}) => createWorld({ bot: defineBot({ ...plainBot, ...fields }) });
/** What the newest turn says of its user's day. */
const day = (userId = "U1") => world.table.turnsOf(userId)[0]?.usage;
const media = (voiceSeconds: number) => ({ pictures: 0, files: 0, voiceSeconds });
const failing = (code: string, retry: "later" | "never") => () =>
  Promise.reject(new BotError(code, "Of the test", { retry }));

/** A voice message that no worker has received yet. */
function record(words = "Hello"): void {
  const id = String(100 + world.lines.length);
  world.line.keep(id, { bytes: Buffer.from(words), type: "audio/x-m4a" });
  world.line.giveToken(`token ${id}`, "U1", 60_000);
  world.put("U1", { type: "message", replyToken: `token ${id}`, message: { id, ...audio } });
}

/** Runs until the question is given up on. */
async function giveUp(overrides: Parameters<World["worker"]>[0]): Promise<void> {
  const before = world.logged("job.parked").length;
  for (let n = 0; n < 9 && world.logged("job.parked").length === before; n += 1)
    await world.run(world.worker(overrides), 300_000);
  expect(world.logged("job.parked")).toHaveLength(before + 1);
}

/** A model that answers one request. */
function onceAndThen(behaviour: "rejected" | "unavailable") {
  let asked = 0;
  return () => {
    asked += 1;
    return asked > 1 ? behaviour : "answer";
  };
}

/** LINE takes no answer. */
function refusing() {
  const refuse = failing("line.rejected", "never");
  return { line: { ...world.line.line, reply: refuse, push: refuse } };
}

beforeEach(() => {
  world = open({ media: { voice: { secondsPerDay: 50 } } });
});

describe("voice counts in its user's day", () => {
  const rejecting = { model: createMemoryModel({ behave: () => "rejected" }) };

  test("though the model then refuses each question: who speaks on reaches the limit", async () => {
    for (let n = 0; n < 2; n += 1) {
      record();
      await giveUp(rejecting);
    }
    expect(day()?.media).toEqual(media(40));
    record();
    await world.settle();
    expect(world.heard).toHaveLength(2);
    expect(world.newest()).toBe(`U1 reply: ${en.mediaLimit}`);
  });

  test("once, though an operator brings the question back", async () => {
    record();
    await giveUp(rejecting);
    world.moveBack();
    await giveUp(rejecting);
    expect(day()?.media).toEqual(media(20));
    world.moveBack();
    await world.settle();
    expect(day()).toMatchObject({ media: media(20), answers: 1 });
  });

  test("once, though an attempt after the one that heard it answers it", async () => {
    record();
    await world.run(world.worker({ model: { ask: failing("model.unavailable", "later") } }), 1_000);
    await world.settle();
    expect(day()).toMatchObject({ media: media(20), answers: 1 });
  });

  test.each(["model.timeout", "model.unreachable", "model.unreadable"])(
    "for each attempt that ends with %s: OpenAI may have heard it",
    async (code) => {
      record();
      const transcriber: Transcriber = { transcribe: failing(code, "later") };
      await world.run(world.worker({ transcriber }), 1_000);
      await giveUp({ transcriber: { transcribe: failing("model.unauthorized", "never") } });
      expect(day()?.media).toEqual(media(20));
    },
  );

  test("with what failed before, once it is answered", async () => {
    record();
    await world.run(world.worker({ transcriber: { transcribe: failing("model.timeout", "later") } }), 1_000);
    await world.settle();
    expect(day()?.media).toEqual(media(40));
  });

  test("though what was said cannot be stored", async () => {
    record();
    world.turns.hear = failing("table.refused", "never");
    await giveUp({});
    expect(day()?.media).toEqual(media(20));
  });

  test("not, if OpenAI refuses it", async () => {
    record();
    await giveUp({ transcriber: { transcribe: failing("model.rejected", "never") } });
    expect(day()?.media).toBeUndefined();
  });

  test("though its message is unsent before it has an answer", async () => {
    record();
    await world.run(world.worker({ model: { ask: failing("model.unavailable", "later") } }), 1_000);
    const [{ messageId = "" } = {}] = world.table.turnsOf("U1");
    world.unsend("U1", messageId);
    await world.settle();
    expect(day()?.media).toEqual(media(20));
  });
});

describe("the tokens count in its user's day", () => {
  const look = defineTool({
    ...{ name: "look", description: "For tests.", input: z.object({}), effect: "reads" },
    run: () => "seen",
  });
  const call = { name: "look", input: {} };
  /** It calls once, and then answers no more. */
  const calling = () => {
    return { model: createMemoryModel({ calls: () => [call], behave: onceAndThen("rejected") }) };
  };

  beforeEach(() => {
    world = open({ tools: [look], limits: { ...ownBot.limits, dailyTokens: 80 } });
  });

  test("of rounds after which it was given up on: who asks on reaches the limit", async () => {
    for (let n = 0; n < 2; n += 1) {
      world.say("U1", "Where is it?");
      await giveUp(calling());
    }
    expect(day()).toMatchObject({ answers: 0, inputTokens: 40, outputTokens: 40 });
    await world.talk("U1", "And now?");
    expect(world.newest()).toBe(`U1 reply: ${en.dailyLimit}`);
  });

  test("of a round in which nothing ran", async () => {
    world = open({ tools: [look] });
    world.say("U1", "Where is it?");
    const behave = onceAndThen("unavailable");
    const model = createMemoryModel({ calls: () => [{ name: "nothing", input: {} }], behave });
    await world.run(world.worker({ model }), 1_000);
    await giveUp({ model: createMemoryModel({ behave: () => "rejected" }) });
    expect(day()).toMatchObject({ inputTokens: 20, outputTokens: 20 });
  });

  test("once, though it is asked again", async () => {
    world = open({ tools: [look] });
    world.say("U1", "Where is it?");
    await giveUp(calling());
    await world.talk("U1", "/retry");
    expect(day()).toMatchObject({ answers: 1, inputTokens: 40, outputTokens: 40 });
  });

  test("once, though it is brought back", async () => {
    world = open({ tools: [look] });
    world.say("U1", "Where is it?");
    await giveUp(calling());
    world.moveBack();
    await world.settle();
    expect(day()).toMatchObject({ answers: 1, inputTokens: 40, outputTokens: 40 });
  });

  test("of an answer that LINE does not take, and once if it takes it later", async () => {
    world = open();
    world.say("U1", "Hello");
    await giveUp(refusing());
    expect(day()).toMatchObject({ answers: 0, replies: 0, pushes: 0, inputTokens: 20, outputTokens: 20 });
    world.moveBack();
    await world.settle();
    expect(day()).toMatchObject({ answers: 1, inputTokens: 20, outputTokens: 20 });
  });

  test("of an answer that is of no use, and in that of the whole bot", async () => {
    world = open({ limits: { ...ownBot.limits, totalDailyTokens: 50 } });
    const usage = { inputTokens: 20, cachedTokens: 0, outputTokens: 20 };
    const noRoom = () => new PaidError("model.no_room", "Of the test", { retry: "never", usage });
    const model = { ask: () => Promise.reject(noRoom()) };
    for (let n = 0; n < 2; n += 1) {
      world.say("U1", "Think hard");
      await giveUp({ model });
    }
    expect(day()).toMatchObject({ answers: 0, inputTokens: 40, outputTokens: 40 });
    await world.talk("U1", "Hello");
    expect(world.newest()).toBe(`U1 reply: ${en.dailyLimit}`);
  });

  test("of an answer that could not be stored", async () => {
    world = open();
    const { answer } = world.turns;
    world.turns.answer = failing("table.unavailable", "later");
    world.say("U1", "Hello");
    await world.run(world.worker(), 1_000);
    world.turns.answer = answer;
    await world.settle();
    expect(day()).toMatchObject({ answers: 1, inputTokens: 40, outputTokens: 40 });
  });

  describe("once, though the worker does not hear that its answer is stored", () => {
    /** The write arrives, and its response does not. */
    function unheard(retry: "later" | "never") {
      const answer: World["turns"]["answer"] = async (...given) => {
        await world.turns.answer(...given);
        return failing("table.unavailable", retry)();
      };
      return { turns: { ...world.turns, answer } };
    }

    beforeEach(() => {
      world = open();
      world.say("U1", "Hello");
    });

    test("and tries again", async () => {
      await world.run(world.worker(unheard("later")), 1_000);
      await world.settle();
      expect(world.asked).toHaveLength(1);
      expect(day()).toMatchObject({ answers: 1, inputTokens: 20, outputTokens: 20 });
    });

    test("and gives it up, until an operator brings it back", async () => {
      await giveUp(unheard("never"));
      expect(day()).toMatchObject({ answers: 0, inputTokens: 20, outputTokens: 20 });
      world.moveBack();
      await world.settle();
      expect(world.asked).toHaveLength(1);
      expect(day()).toMatchObject({ answers: 1, inputTokens: 20, outputTokens: 20 });
    });
  });
});

test("in a group what is given up on counts for its member and for the group, which is in the day's list later", async () => {
  const newest = () => world.table.turnsOf("C1")[0];
  world.put("U1", {
    ...{ type: "message", source: { type: "group", groupId: "C1", userId: "U1" }, replyToken: "token" },
    message: {
      ...{ type: "text", id: "1", text: "@Henji hello" },
      mention: { mentionees: [{ index: 0, length: 6, isSelf: true }] },
    },
  });
  await giveUp(refusing());
  const used = { inputTokens: 20, outputTokens: 20 };
  expect(newest()).toMatchObject({ status: "parked", list: "parked", usage: used, chatUsage: used });
  await world.sayIn("C1", "U2", "@Henji hello");
  expect(newest()).toMatchObject({
    list: "day#2027-01-15",
    chatUsage: { inputTokens: 40, outputTokens: 40 },
  });
});
