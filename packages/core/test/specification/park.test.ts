import { defineBot } from "@henji/core/bot";
import { BotError } from "@henji/core/error";
import { chatHash } from "@henji/core/log";
import type { Line } from "@henji/core/platform/line/api";
import { replyTokenFreshMs } from "@henji/core/settings";
import { createMemoryModel } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { createWorld, start, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld();
});

const broken = () => createMemoryModel({ behave: () => "rejected" });
const letters = () => world.queue.deadLetters.messages();

/** The log's lines of this name. */
const printed = (name: string) =>
  world.printed.map((entry) => JSON.parse(entry)).filter((entry) => entry.name === name);

/** A message that is given up on at once, when its reply token is too old. */
async function parkLate(text: string): Promise<void> {
  world.say("U1", text);
  await world.scheduler.run(world.scheduler.now() + replyTokenFreshMs, () => false);
  await world.run(world.worker({ model: broken() }), 1_000);
}

test("a dead letter and the log say what went wrong, for whom, and after how many attempts", async () => {
  world.say("U1", "Hello");
  const { line } = world.line;
  const failing = () =>
    Promise.reject(new BotError("line.unavailable", "LINE answered 500", { retry: "later" }));
  await world.run(world.worker({ line: { ...line, reply: failing, push: failing } }), 10_000);
  const refusing = () =>
    Promise.reject(new BotError("line.rejected", "LINE answered 400", { retry: "never" }));
  await world.run(world.worker({ line: { ...line, reply: refusing, push: refusing } }), 1_000);
  const reason = { code: "line.rejected", reason: "LINE answered 400", attempts: 2 };
  expect(letters()).toMatchObject([{ chatId: "U1", reason: { ...reason, receivedAt: start } }]);
  expect(printed("job.parked")).toMatchObject([
    { level: "error", eventId: "E1", chat: chatHash("U1"), ...reason },
  ]);
});

test("what cannot be read is given up on too; there is nobody to tell", async () => {
  world.queue.main.send({ chatId: "U1", deduplicationId: "1", body: "{}" });
  expect(await world.run(world.worker(), 1_000)).toEqual([]);
  const reason = { code: "job.unreadable", attempts: 1 };
  expect(letters()).toMatchObject([{ chatId: "U1", body: "{}", reason: { ...reason, receivedAt: 0 } }]);
  expect(printed("job.parked")).toMatchObject([{ chat: chatHash("U1"), ...reason }]);
  expect(world.sent()).toEqual([]);
});

test("after a pushed apology the next that can be replied is sent, and none is pushed for an hour", async () => {
  await parkLate("Hello");
  world.say("U1", "Hello again");
  await world.run(world.worker({ model: broken() }), 1_000);
  await parkLate("Are you there?");
  expect(letters()).toHaveLength(3);
  expect(world.line.sent.map(({ by }) => by)).toEqual(["push", "reply"]);
});

test("without words for /retry an apology has no button", async () => {
  const commands = { ...ownBot.commands, retry: [] };
  world = createWorld({ bot: defineBot({ ...ownBot, commands }) });
  world.say("U1", "Hello");
  await world.run(world.worker({ model: broken() }), 1_000);
  expect(world.line.sent.map(({ messages }) => messages)).toEqual([
    [{ type: "text", text: ownBot.texts.en.apology }],
  ]);
});

test.each<[string, Line["reply"], string]>([
  [
    "the token is no longer good",
    async () => ({ outcome: "invalid_token" }) as never,
    "line.invalid_reply_token",
  ],
  [
    "LINE is out of order",
    () => Promise.reject(new BotError("line.unavailable", "LINE answered 500", { retry: "later" })),
    "line.unavailable",
  ],
])(
  "an apology that cannot be sent is told, and no reason to try the message again: %s",
  async (_, reply, code) => {
    world.say("U1", "Hello");
    const line = { ...world.line.line, reply };
    expect(await world.run(world.worker({ model: broken(), line }), 1_000)).toEqual([]);
    expect(letters()).toHaveLength(1);
    expect(printed("apology.not_sent")).toMatchObject([{ eventId: "E1", code }]);
    expect(world.sent()).toEqual([]);
  },
);

test("an apology that was sent leaves nothing else to tell", async () => {
  world.say("U1", "Hello");
  await world.run(world.worker({ model: broken() }), 1_000);
  expect(world.lines).not.toContain("apology.not_sent");
});

test("messages that were given up on do not hide what the day has used", async () => {
  world = createWorld({
    bot: defineBot({
      ...ownBot,
      limits: { ...ownBot.limits, dailyMessages: 2 },
      memory: { ...ownBot.memory, maxTurns: 4 },
    }),
  });
  for (const text of ["one", "two"]) {
    world.say("U1", text);
    await world.settle();
  }
  const refusing = () =>
    Promise.reject(new BotError("line.rejected", "LINE answered 400", { retry: "never" }));
  const line = { ...world.line.line, reply: refusing, push: refusing };
  for (let n = 0; n < 30; n += 1) {
    world.say("U1", "/help");
    await world.run(world.worker({ line }), 1_000);
  }
  expect(letters()).toHaveLength(30);
  world.say("U1", "three");
  await world.settle();
  expect(world.asked).toEqual(["one", "two"]);
});
