import { defineBot } from "@henji/core/bot";
import { expect, test } from "vitest";
import ownBot from "../../../bot.config.ts";
import { createWorld, start } from "./specification/world.ts";

test("when too many messages wait, the user is told once, and the rest is dropped without its text", async () => {
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
  // A message that is sent after the flood is answered again.
  await world.talk("U1", "six");
  expect(world.newest()).toBe("U1 reply: You said: six");
});
