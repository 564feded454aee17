import { defineBot } from "@henji/core/bot";
import { BotError } from "@henji/core/error";
import type { Line } from "@henji/core/platform/line/api";
import { replyTokenFreshMs } from "@henji/core/settings";
import { createMemoryModel } from "@henji/simulation";
import { beforeEach, describe, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { en, slowIn } from "./slow.ts";
import { createWorld, plainBot, start, type World } from "./world.ts";

let world: World;
let latencyMs: number;
beforeEach(() => {
  world = createWorld();
  latencyMs = 55_000;
});

const { worker, pass, thinkHard, tap, newestTexts } = slowIn(
  () => world,
  () => latencyMs,
);
/** Newest first. */
const turns = () => world.table.turnsOf("U1");
const quotaLow = (): Line => ({ ...world.line.line, quota: async () => ({ limit: 200, used: 195 }) });

test("each answer has the ids of its own messages, whichever call has shown it", async () => {
  await thinkHard();
  await world.talk("U1", "And now?");
  const { ids } = world.line.sent.at(-1)!;
  expect(ids).toHaveLength(2);
  expect(turns().map(({ sentIds }) => sentIds)).toEqual([[ids[1]], [ids[0]]]);
});

test("each of several answers has the ids of its own messages", async () => {
  for (const text of ["One", "Two"]) {
    world.say("U1", text);
    await pass(replyTokenFreshMs);
    await world.run(worker(quotaLow()), 5_000);
  }
  await world.talk("U1", "Three");
  expect(newestTexts()).toEqual(["You said: One", "You said: Two", "You said: Three"]);
  const [one, two, three] = world.line.sent.at(-1)!.ids;
  expect(turns().map(({ sentIds }) => sentIds)).toEqual([[three], [two], [one]]);
});

describe("an answer counts once in its user's day,", () => {
  const counted = () => {
    const { answers, replies, pushes } = turns()[0]?.usage ?? {};
    return { answers, replies, pushes };
  };

  test("as the reply that brings it", async () => {
    await thinkHard();
    expect(counted()).toEqual({ answers: 1, replies: 1, pushes: 0 });
    await world.talk("U1", "And now?");
    expect(counted()).toEqual({ answers: 2, replies: 2, pushes: 0 });
  });

  test("as the push, if nobody has fetched it", async () => {
    await thinkHard();
    await pass(ownBot.slow.pushAfterS * 1000);
    await world.settle();
    expect(counted()).toEqual({ answers: 1, replies: 0, pushes: 1 });
  });

  test("however often it comes to wait", async () => {
    await thinkHard();
    const used: Line = {
      ...world.line.line,
      push: () => Promise.reject(new BotError("line.quota_exhausted", "used up", { retry: "never" })),
    };
    await pass(ownBot.slow.pushAfterS * 1000);
    await world.run(worker(used), 1_000);
    expect(turns()[0]).toMatchObject({ status: "waiting", attempts: 1 });
    expect(counted()).toEqual({ answers: 1, replies: 1, pushes: 0 });
  });
});

test("a message that gets no answer of its own still brings what waits", async () => {
  const archive = { type: "message", message: { type: "file", id: "77", fileName: "a.zip", fileSize: 9 } };
  await world.happen("U1", archive);
  await thinkHard();
  await world.happen("U1", archive);
  expect(newestTexts()).toEqual(["You said: Think hard"]);
  expect(turns()[0]).toMatchObject({ status: "delivered", notice: "show" });
});

test("whoever was told of too many messages still gets what waits by a further one", async () => {
  const limits = { ...plainBot.limits, maxUnanswered: 2 };
  world = createWorld({ bot: defineBot({ ...plainBot, delivery: "free", limits }) });
  for (const text of ["One", "Two", "Three"]) world.say("U1", text);
  await pass(40_000);
  world.say("U1", "Four");
  await pass(replyTokenFreshMs - 40_000);
  await world.settle();
  expect(world.line.sent).toHaveLength(1);
  expect(newestTexts()).toEqual(["You said: One", "You said: Two", en.tooMany]);
});

test("a message that LINE delivers late brings what waits, though it was written before", async () => {
  await thinkHard();
  world.say("U1", "And now?", start - 60_000);
  await world.settle();
  expect(newestTexts()).toEqual(["You said: Think hard", "You said: And now?"]);
});

test("what waited for want of quota goes out with the next push, once there is quota again", async () => {
  for (const line of [quotaLow(), world.line.line]) {
    world.say("U1", "Hello");
    await pass(replyTokenFreshMs);
    await world.run(worker(line), 5_000);
  }
  expect(world.line.sent).toMatchObject([{ by: "push" }]);
  expect(newestTexts()).toEqual(["You said: Hello", "You said: Hello"]);
});

test("an earlier message that is brought back later does not bring the answer to a later one", async () => {
  world.say("U1", "Hello");
  await world.run(world.worker({ model: createMemoryModel({ behave: () => "rejected" }) }), 1_000);
  await thinkHard();
  world.moveBack();
  await world.settle();
  expect(newestTexts()).toEqual(["You said: Hello"]);
  expect(turns()[0]).toMatchObject({ status: "waiting" });
});

test("nothing is kept of a notice that another turn has brought", async () => {
  world = createWorld({ bot: defineBot({ ...plainBot, delivery: "free" }) });
  await world.talk("U1", "My cat is called Tama");
  world.say("U1", "/export");
  await pass(replyTokenFreshMs);
  await world.settle();
  expect(JSON.stringify(turns()[0])).toContain("Tama");
  await world.talk("U1", "Thanks");
  expect(world.line.sent.at(-1)?.messages[0]?.text).toContain("Tama");
  expect(JSON.stringify(turns()[1])).not.toContain("Tama");
});

test("a tap that has waited for longer than its reply is good is not left to the reminder", async () => {
  world = createWorld({ bot: defineBot({ ...plainBot, model: { ...plainBot.model, timeoutS: 120 } }) });
  latencyMs = 110_000;
  world.say("U1", "Think hard");
  const running = world.run(worker(), latencyMs + 5_000);
  await pass(45_000);
  await tap(world.line.line);
  await running;
  await world.run(worker(), 5_000);
  expect(world.line.sent.at(-1)).toMatchObject({ by: "push" });
  expect(newestTexts()).toEqual(["You said: Think hard"]);
});

describe("an apology", () => {
  /** The model gives this question up after it was said that it takes long, and while the token would be good. */
  async function thinkInVain(line?: Line): Promise<void> {
    const rejecting = createMemoryModel({ behave: () => "rejected" });
    world.say("U1", "Hello");
    const model: typeof rejecting = {
      async ask(...asked) {
        await world.scheduler.sleep(45_000);
        return rejecting.ask(...asked);
      },
    };
    await world.run(world.worker({ model, ...(line && { line }) }), 60_000);
    expect(world.lines).toContain("job.parked");
  }
  const routes = () => world.line.sent.map(({ by, messages }) => [by, messages[0]?.text]);
  const told = ["reply", en.stillThinking];

  test("is pushed if the reply was spent on saying that it takes long", async () => {
    await thinkInVain();
    expect(routes()).toEqual([told, ["push", en.apology]]);
  });

  test("is left out if pushing is off", async () => {
    world = createWorld({ bot: defineBot({ ...plainBot, delivery: "free" }) });
    await thinkInVain();
    expect(routes()).toEqual([told]);
  });

  test("is left out near the end of the quota", async () => {
    await thinkInVain(quotaLow());
    expect(routes()).toEqual([told]);
  });
});

describe("what was written while the model worked is not left to a button", () => {
  async function writeMeanwhile(whose: "U1" | "U2", text: string, afterMs: number): Promise<void> {
    const inGroup = (userId: string, words: string) => ({
      ...{ type: "message", source: { type: "group", groupId: "C1", userId } },
      message: {
        ...{ type: "text", id: userId === "U1" ? "81" : "82", text: `@Henji ${words}` },
        mention: { mentionees: [{ index: 0, length: 6, isSelf: true }] },
      },
    });
    const replyToken = "first";
    world.line.giveToken(replyToken, "C1", 60_000);
    if (whose === "U1") world.say("U1", "Think hard");
    else world.put("U1", { ...inGroup("U1", "Think hard"), replyToken });
    const running = world.run(worker(), latencyMs + 5_000);
    await pass(afterMs);
    if (whose === "U1") world.say("U1", text);
    else world.put("U2", inGroup("U2", text));
    await pass(latencyMs);
    await running;
    await world.run(worker(), 1_000);
  }
  const routes = () => world.line.sent.map(({ by, messages }) => [by, messages.length]);

  test("if it has taken the button away", async () => {
    latencyMs = 98_000;
    await writeMeanwhile("U1", "And be brief", 43_000);
    expect(routes()).toEqual([
      ["reply", 1],
      ["push", 2],
    ]);
  });

  test("if another member has written it", async () => {
    await writeMeanwhile("U2", "And lunch?", 5_000);
    expect(routes().at(-1)).toEqual(["push", 2]);
  });

  test("if it is the question whether to forget", async () => {
    await writeMeanwhile("U1", "/forget", 5_000);
    expect(routes()).toEqual([
      ["reply", 1],
      ["push", 2],
    ]);
  });
});

test("a bot that pushes its answers goes on doing so while one waits", async () => {
  world = createWorld({ bot: defineBot({ ...plainBot, delivery: "push" }) });
  for (const line of [quotaLow(), world.line.line]) {
    world.say("U1", "Hello");
    await pass(replyTokenFreshMs);
    await world.run(worker(line), 5_000);
  }
  expect(world.line.sent).toMatchObject([{ by: "push" }]);
});

test("who is asked whether to forget, and has not seen the question, cannot have confirmed it", async () => {
  world = createWorld({ bot: defineBot({ ...plainBot, delivery: "free" }) });
  await world.talk("U1", "My cat is called Tama");
  world.say("U1", "/forget");
  await pass(replyTokenFreshMs);
  await world.settle();
  await world.talk("U1", ownBot.commands.forgetForSure[0]!);
  expect(newestTexts()).toEqual([en.forget, en.forget]);
  expect(world.table.textOf("U1")).toContain("Tama");
});

test("a push that the quota had no room for is not tried again by a reminder", async () => {
  const tooMany = new BotError("line.quota_reserved", "LINE 429", { retry: "later" });
  world.say("U1", "Hello");
  await pass(replyTokenFreshMs);
  await world.run(worker({ ...world.line.line, push: () => Promise.reject(tooMany) }), 5_000);
  await pass(ownBot.slow.pushAfterS * 1000);
  expect(world.queue.main.messages()).toEqual([]);
  await world.talk("U1", "Again");
  expect(newestTexts()).toEqual(["You said: Hello", "You said: Again"]);
});

test("an answer that may have arrived with one that an operator drops is not shown again", async () => {
  await thinkHard();
  world.say("U1", "And now?");
  const line: Line = {
    ...world.line.line,
    async reply(...send) {
      await world.line.line.reply(...send);
      return new Promise<never>(() => {});
    },
  };
  await world.crash(worker(line));
  const seen = (await world.table.turnStore.read({ chatId: "U1", key: turns()[0]!.key }))!;
  await world.turns.discard({ ...seen, at: world.scheduler.now(), expiresAt: seen.expiresAt }, seen);
  expect(turns().map(({ status }) => status)).toEqual(["dropped", "dropped"]);
});

test("in a group, who quotes what was said of a slow answer gets it", async () => {
  const mention = { mentionees: [{ index: 0, length: 6, isSelf: true }] };
  world.line.giveToken("first", "C1", 60_000);
  world.put("U1", {
    ...{ type: "message", source: { type: "group", groupId: "C1", userId: "U1" }, replyToken: "first" },
    message: { type: "text", id: "71", text: "@Henji Think hard", mention },
  });
  await world.run(worker(), latencyMs + 5_000);
  expect(newestTexts()).toEqual([en.stillThinkingGroup]);
  await world.sayIn("C1", "U2", "Well?", { quotedMessageId: world.line.sent.at(-1)!.ids[0] });
  expect(newestTexts()).toEqual(["You said: Name of U1: Think hard", expect.stringContaining("Well?")]);
});
