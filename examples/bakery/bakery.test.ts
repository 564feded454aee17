import { join } from "node:path";
import { startHenji } from "@henji/local/testing";
import { afterAll, expect, test } from "vitest";

const henji = await startHenji({ botConfig: join(import.meta.dirname, "bot.config.ts") });
afterAll(() => henji.stop());

test("the opening hours are answered without the model, in the user's language", async () => {
  const aki = henji.user("Aki");
  expect(await aki.say("hours")).toEqual(["Tuesday to Sunday, 7:00 to 18:00."]);
  expect(await aki.say("営業時間")).toEqual(["火〜日 7時〜18時"]);
  expect(await aki.say("/help")).toEqual([expect.stringContaining("bread\n　the bread of the day")]);
  expect(henji.model.heard).toEqual([]);
});

test("the bread of the day is a Flex message, whose button reserves one", async () => {
  const aki = henji.user("Aki");
  expect(await aki.say("bread")).toEqual(["Today: Walnut rye"]);
  expect(aki.chat().at(-1)?.message).toMatchObject({ type: "flex", contents: { type: "bubble" } });
  const tap = henji.line.postback({ from: aki.id, data: "keep=Walnut rye" });
  expect(await henji.deliver(tap)).toEqual(["We keep a Walnut rye for you until 18:00."]);
  expect(await henji.deliver(tap)).toEqual(["We keep a Walnut rye for you until 18:00."]);
  expect(aki.chat().filter(({ by }) => by === "reply")).toHaveLength(2);
});

test("a tap of another button, which its handler does not know, gets nothing", async () => {
  const aki = henji.user("Aki");
  expect(await henji.deliver(henji.line.postback({ from: aki.id, data: "else" }))).toEqual([]);
  expect(henji.traces().at(-1)?.steps.at(-1)).toMatchObject({ name: "dropped", because: "unsaid" });
});

test("who adds the bot is welcomed by name", async () => {
  const aki = henji.user("Aki");
  expect(await henji.deliver(henji.line.follow({ from: aki.id }))).toEqual([
    "Welcome, Aki! Write “bread” to see what is fresh.",
  ]);
});
