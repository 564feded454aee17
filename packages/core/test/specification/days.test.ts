import { defineBot } from "@henji/core/bot";
import { expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { createWorld, plainBot, type World } from "./world.ts";

const limited = (timeZone: string) =>
  defineBot({ ...plainBot, timeZone, limits: { ...ownBot.limits, dailyMessages: 1 } });

/** The test starts at 17:00 in Tokyo, 8:00 UTC. */
const untilMidnightInTokyoMs = 7 * 60 * 60_000;
const atMidnight = (world: World, beforeMs: number) =>
  world.scheduler.run(world.scheduler.now() + untilMidnightInTokyoMs - beforeMs, () => false);

test("a user who has reached the limit is answered again after midnight in the bot's time zone", async () => {
  const world = createWorld({ bot: limited("Asia/Tokyo") });
  await world.talk("U1", "one", "two");
  await atMidnight(world, 10_000);
  await world.talk("U1", "three");
  expect(world.sent()).toEqual(["U1 reply: You said: one", `U1 reply: ${ownBot.texts.en.dailyLimit}`]);
  await world.scheduler.run(world.scheduler.now() + 10_000, () => false);
  await world.talk("U1", "four", "five");
  expect(world.sent().slice(2)).toEqual([
    "U1 reply: You said: four",
    `U1 reply: ${ownBot.texts.en.dailyLimit}`,
  ]);
});

test("a bot in another time zone does not answer such a user before its own midnight", async () => {
  const world = createWorld({ bot: limited("UTC") });
  await world.talk("U1", "one", "two");
  await atMidnight(world, -10_000);
  await world.talk("U1", "three");
  expect(world.sent()).toHaveLength(2);
});

test.each([
  ["Hello", "Times are in Japan Standard Time.", "/export"],
  ["こんにちは", "時刻は日本標準時です。", "/export"],
])("an export shows times in the bot's time zone and says so (%s)", async (text, heading, command) => {
  const world = createWorld({ bot: defineBot({ ...plainBot, timeZone: "Asia/Tokyo" }) });
  await world.talk("U1", text, command);
  expect(world.sent().at(-1)).toContain(heading);
  expect(world.sent().at(-1)).toContain(`2027-01-15 17:00 GMT+9\n> ${text}`);
});
