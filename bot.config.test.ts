import { startHenji } from "@henji/local/testing";
import { afterAll, afterEach, expect, test } from "vitest";
import bot from "./bot.config.ts";

const henji = await startHenji();
afterEach(() => henji.model.reset());
afterAll(() => henji.stop());

test("a user gets what the model says", async () => {
  henji.model.says("Hello, Aki!");
  const aki = henji.user("Aki");
  expect(await aki.say("Hello")).toEqual(["Hello, Aki!"]);
});

test("the model gets the instructions, and what was said before", async () => {
  const aki = henji.user("Aki");
  henji.model.says("A nice name.", ({ messages }) => `You said: ${messages[0]?.text}`);
  await aki.say("My cat is called Momo.");
  expect(await aki.say("What did I say?")).toEqual(["You said: My cat is called Momo."]);
  expect(henji.model.heard[0]?.instructions).toContain(bot.instructions);
});

test("a command is answered without the model", async () => {
  const [command] = bot.commands.forget;
  expect(await henji.user("Aki").say(command!)).toEqual([bot.texts.en.forget]);
  expect(henji.model.heard).toEqual([]);
});

test("a question that the model rejects gets an apology, with a button that asks again", async () => {
  henji.model.faults.add({ times: 1, fault: { kind: "status", status: 400, code: null } });
  const aki = henji.user("Aki");
  expect(await aki.say("Hello")).toEqual([bot.texts.en.apology]);
  expect(henji.traces().at(-1)?.steps.at(-1)).toMatchObject({ name: "parked", code: "model.rejected" });
  expect(await aki.say(bot.commands.retry[1]!)).toEqual([expect.stringContaining("“Hello”")]);
});
