import { defineBot } from "@henji/core/bot";
import { beforeEach, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { createWorld, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld();
});

const { en } = ownBot.texts;

const limited = (limits: Partial<typeof ownBot.limits>) =>
  createWorld({ bot: defineBot({ ...ownBot, limits: { ...ownBot.limits, ...limits } }) });

test("past the day's messages a user is told so once, and of the rest nothing is kept", async () => {
  world = limited({ dailyMessages: 2 });
  await world.talk("U1", "one", "two", "SECRET three", "SECRET four");
  expect(world.asked).toEqual(["one", "two"]);
  expect(world.sent()).toHaveLength(3);
  expect(world.newest()).toBe(`U1 reply: ${en.dailyLimit}`);
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
  await world.talk("U1", "one", "two");
  for (let n = 0; n < 30; n += 1) {
    world.unsend("U1", world.say("U1", "three"));
    await world.settle();
  }
  await world.talk("U1", "four");
  expect(world.asked).toEqual(["one", "two"]);
});

test("commands have a limit too, but for being forgotten", async () => {
  world = limited({ dailyMessages: 2 });
  await world.talk("U1", ...Array.from({ length: 10 }, () => "/help"));
  expect(world.sent()).toHaveLength(5);
  await world.talk("U1", "/forget", "yes, forget it all");
  expect(world.newest()).toBe(`U1 reply: ${en.forgotten}`);
});
