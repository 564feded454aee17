import { defineBot } from "@henji/core/bot";
import { BotError } from "@henji/core/error";
import { beforeEach, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { createWorld, plainBot, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld();
});

const { en } = ownBot.texts;

/** Two messages a day, and a memory of a few turns. */
const limited = () =>
  createWorld({
    bot: defineBot({
      ...plainBot,
      limits: { ...ownBot.limits, dailyMessages: 2 },
      memory: { ...ownBot.memory, maxTurns: 4 },
    }),
  });

/** LINE refuses every send, so the message is parked. */
function refusing() {
  const refuse = () => Promise.reject(new BotError("line.rejected", "LINE answered 400", { retry: "never" }));
  return world.worker({ line: { ...world.line.line, reply: refuse, push: refuse } });
}

test("past the daily limit a user is told once, and the text of further messages is not stored", async () => {
  world = limited();
  await world.talk("U1", "one", "two", "SECRET three", "SECRET four");
  expect(world.asked).toEqual(["one", "two"]);
  expect(world.sent()).toHaveLength(3);
  expect(world.newest()).toBe(`U1 reply: ${en.dailyLimit}`);
  expect(world.table.textOf("U1")).not.toContain("SECRET");
});

test("the day's usage is still known after many messages that were unsent while they waited", async () => {
  world = limited();
  await world.talk("U1", "one", "two");
  for (let n = 0; n < 30; n += 1) {
    world.unsend("U1", world.say("U1", "three"));
    await world.settle();
  }
  await world.talk("U1", "four");
  expect(world.asked).toEqual(["one", "two"]);
});

test("the day's usage is still known after many parked messages", async () => {
  world = limited();
  await world.talk("U1", "one", "two");
  for (let n = 0; n < 30; n += 1) {
    world.say("U1", "/help");
    await world.run(refusing(), 1_000);
  }
  expect(world.queue.deadLetters.messages()).toHaveLength(30);
  await world.talk("U1", "three");
  expect(world.asked).toEqual(["one", "two"]);
});

test("commands have a limit too, except erasing everything", async () => {
  world = limited();
  await world.talk("U1", ...Array.from({ length: 10 }, () => "/help"));
  expect(world.sent()).toHaveLength(5);
  await world.talk("U1", "/forget", "yes, forget it all");
  expect(world.newest()).toBe(`U1 reply: ${en.forgotten}`);
});

test("a chat whose first turn of the day is parked is still in the day's list", async () => {
  world.say("U1", "Hello");
  await world.run(refusing(), 1_000);
  expect(world.lines).toContain("job.parked");
  await world.talk("U1", "Hello again");
  expect(world.table.textOf("U1")).toContain('"list":"day#2027-01-15"');
});
