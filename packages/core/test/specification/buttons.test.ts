import { defineBot } from "@henji/core/bot";
import { wordsOn } from "@henji/core/platform/line/compose";
import { createMemoryModel } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { createWorld, plainBot, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld();
});

const { en } = ownBot.texts;

/** The button under the bot's newest message. */
const button = () => world.line.sent.at(-1)!.messages.at(-1)!.quickReply?.items[0]?.action;

/** The user presses it. */
async function press(action = button()): Promise<void> {
  if (action?.type !== "postback") throw new Error(`No button to press: ${JSON.stringify(action)}`);
  await world.happen("U1", { type: "postback", postback: { data: action.data } });
}

const lines = Array.from({ length: 13_000 }, (_, n) => `Line ${n}`);
const long = createMemoryModel({ answer: () => lines.join("\n") });

test("an answer of any length is shown whole: a button goes on where it stopped, without another model call", async () => {
  world.say("U1", "Tell me everything");
  await world.run(world.worker({ model: long }), 1_000);
  const shown: string[] = [];
  for (let pages = 1; pages < 10; pages += 1) {
    const { messages } = world.line.sent.at(-1)!;
    expect(messages.length).toBeLessThanOrEqual(5);
    shown.push(...messages.map(({ text }) => text));
    const action = button();
    if (!action) break;
    expect(wordsOn(action)).toBe(en.goOn);
    await press();
  }
  expect(shown.join("\n").split("\n")).toEqual(lines);
  expect(world.asked).toEqual([]);
  expect(world.line.sent.every(({ by }) => by === "reply")).toBe(true);
});

test("what is left of an answer is erased with its question", async () => {
  const id = world.say("U1", "Tell me everything");
  await world.run(world.worker({ model: long }), 1_000);
  const action = button();
  world.unsend("U1", id);
  await world.settle();
  expect(world.table.textOf("U1")).not.toContain(lines.at(-1));
  await press(action);
  expect(world.newest()).toBe(`U1 reply: ${en.gone}`);
});

test("a button that the bot does not know is passed over", async () => {
  await world.happen("U1", { type: "postback", postback: { data: "henji:buy:1" } });
  await world.happen("U1", { type: "postback", postback: { data: "of the owner" } });
  expect(world.logged("event.ignored")).toMatchObject([{ type: "postback" }, { type: "postback" }]);
  expect([world.asked, world.sent(), world.table.textOf("U1")]).toEqual([[], [], "[{}]"]);
});

test("under an answer the model's suggestions are buttons, which are no part of the memory", async () => {
  const bot = defineBot({ ...plainBot, suggestions: { fromModel: 2 } });
  world = createWorld({ bot, model: { answer: () => "It rains.\n[?] And tomorrow?\n[?] Why?" } });
  await world.talk("U1", "How is the weather?", "And tomorrow?");
  expect(world.sent()).toEqual(Array(2).fill("U1 reply: It rains. [And tomorrow?] [Why?]"));
  expect(world.contexts.at(-1)).toContain("It rains.");
  expect(world.contexts.at(-1)).not.toContain("Why?");
});
