import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { startHenji } from "../src/testing.ts";

const henji = await startHenji({ botConfig: join(import.meta.dirname, "small-window.ts") });
afterEach(() => henji.model.reset());
afterAll(() => henji.stop());

test("answers come in their order, and the last one is repeated", async () => {
  henji.model.says("one", "two");
  const aki = henji.user("Aki");
  expect([await aki.say("1"), await aki.say("2"), await aki.say("3")]).toEqual([["one"], ["two"], ["two"]]);
  expect(aki.chat().map(({ by }) => by)).toEqual(["user", "reply", "user", "reply", "user", "reply"]);
});

test("a reset brings the stand-in back, and empties what the model has heard", async () => {
  henji.model.says("scripted");
  const aki = henji.user("Aki");
  await aki.say("Hello");
  expect(henji.model.heard.map(({ messages }) => messages.at(-1)?.text)).toEqual(["Hello"]);
  henji.model.reset();
  expect(henji.model.heard).toEqual([]);
  expect(await aki.say("Hello again")).toEqual([expect.stringContaining("stand-in")]);
});

test("notes are written by the stand-in, whatever the model should say", async () => {
  henji.model.says("Nothing to add. ".repeat(60));
  const aki = henji.user("Aki");
  const folded = () => henji.traces().some(({ steps }) => steps.some(({ name }) => name === "folded"));
  for (let n = 1; n <= 20 && !folded(); n += 1) await aki.say(`Fact ${n}: my cat is called Momo.`);
  await expect.poll(folded).toBe(true);
  expect(await aki.say("/memory")).toEqual([expect.stringMatching(/^Notes:.*Momo/s)]);
  expect(henji.model.heard.every(({ messages }) => messages.at(-1)!.text.startsWith("Fact"))).toBe(true);
});

test("other events of LINE get their answer, or none", async () => {
  const aki = henji.user("Aki");
  const group = henji.line.addGroup({ name: "Family", members: [aki.id] });
  henji.model.says("How sweet!");
  const sticker = henji.line.sticker({ from: aki.id, keywords: ["love", "cat"] });
  expect(await henji.deliver(sticker)).toEqual(["How sweet!"]);
  expect(henji.model.heard.at(-1)?.messages.at(-1)?.text).toBe("[Sticker: love, cat]");
  expect(await aki.say("Not for the bot", { in: group.chatId })).toEqual([]);
  expect(henji.traces().at(-1)).toMatchObject({
    steps: [{ name: "received" }, { name: "queued" }, { name: "ignored" }],
  });
});

test("a user sends stickers and pictures as LINE does", async () => {
  const aki = henji.user("Aki");
  await aki.sticker(["happy"]);
  await aki.picture(Buffer.from("jpeg"));
  const sent = aki.chat().filter(({ by }) => by === "user");
  expect(sent).toMatchObject([
    { message: { type: "sticker", keywords: ["happy"] } },
    { message: { type: "image", contentProvider: { type: "line" } } },
  ]);
  const content = henji.line.content(sent[1]!.messageId);
  expect(content).toEqual({ contentType: "image/jpeg", bytes: new Uint8Array(Buffer.from("jpeg")) });
});

test("a group is addressed by a mention, and one that is not there is an error", async () => {
  const aki = henji.user("Aki");
  const lunch = henji.line.addGroup({ name: "Lunch", members: [aki.id] });
  henji.model.says("Noodles?");
  const name = henji.line.bot.displayName;
  expect(await aki.say(`@${name} what shall we eat?`, { in: lunch.chatId })).toEqual(["Noodles?"]);
  expect(() => aki.say("Hi", { in: undefined as never })).toThrow("`in` is undefined");
});

test("what a scripted function throws ends the wait", async () => {
  henji.model.says(() => {
    throw new Error("no such cat");
  });
  await expect(henji.user("Aki").say("Hello")).rejects.toThrow(
    "The function in model.says failed: Error: no such cat",
  );
});

test("a second start in one file is refused with the reason", async () => {
  await expect(startHenji()).rejects.toThrow("call it once in each test file");
});
