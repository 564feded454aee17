import { defineBot } from "@henji/core/bot";
import { expect, test } from "vitest";
import ownBot from "../../../bot.config.ts";
import { createWorld, start } from "./specification/world.ts";

test("of more messages at once than may wait the user is told once, and of the rest nothing is kept", async () => {
  const limits = { ...ownBot.limits, maxUnanswered: 2 };
  const world = createWorld({ bot: defineBot({ ...ownBot, limits }) });
  for (const text of ["one", "two", "SECRET three", "SECRET four", "SECRET five"])
    world.say("U1", text, start - 1);
  await world.settle();
  expect(world.asked).toEqual(["one", "two"]);
  expect(world.sent()).toEqual([
    "U1 reply: You said: one",
    "U1 reply: You said: two",
    `U1 reply: ${ownBot.texts.en.tooMany}`,
  ]);
  expect(world.logged("chat.flooded")).toMatchObject([{ waiting: 2 }, { waiting: 3 }, { waiting: 4 }]);
  expect(world.logged("turn.dropped")).toMatchObject([{ because: "too_many" }, { because: "too_many" }]);
  expect(world.table.textOf("U1")).not.toContain("SECRET");
  expect(world.lines).not.toContain("job.retry");
  // What is sent after all that is answered again.
  await world.talk("U1", "six");
  expect(world.newest()).toBe("U1 reply: You said: six");
});

test("the backlog is seen however few turns the bot remembers", async () => {
  const limits = { ...ownBot.limits, maxUnanswered: 6 };
  const memory = { ...ownBot.memory, maxTurns: 4 };
  const world = createWorld({ bot: defineBot({ ...ownBot, limits, memory }) });
  for (let n = 0; n < 8; n += 1) world.say("U1", `Hello ${n}`, start - 1);
  await world.settle();
  expect(world.asked).toHaveLength(6);
  expect(world.logged("chat.flooded")).toMatchObject([{ waiting: 6 }, { waiting: 7 }]);
});
